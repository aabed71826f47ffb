// The table of what the map shows: every region of its level with the map's own numbers (the same series in memory), sorted, found by
// letters, and linked both ways: a row lights its place, a place its row. Rows that are out of sight are not there.
import { getJson, namesUrl, speltUrl } from "../api";
import { classOf } from "../classes";
import type { Context, MapLevel, Shown } from "../context";
import { debounce, h, icon, replace } from "../dom";
import { isTouch } from "../form";
import { change, integer, percent, periodText, shareOf } from "../format";
import { language, t, tk } from "../i18n";
import { ENTRIES, isChange, isTwoSided } from "../measures";
import { provisionalOf, provisionalText } from "../provisional";
import { BESIDE_MOST, type Measure } from "../state";
import { divisionOf } from "../unit";
import { changesOf } from "../values";
import { segmented } from "./choices";
import { apart, numberOf } from "./figure";
import { filterWords } from "./filters";
import { measureAbout, provisionalAbout } from "./measure-note";
import { mountLines } from "./lines";

type Column = "name" | "value" | "share" | "previous" | "year" | "second" | "apart" | "ratio";
const ALONE: readonly Column[] = ["name", "value", "share", "previous", "year"];
/** Of two linked maps, the last two where both are of one measure. */
const LINKED: readonly Column[] = ["name", "value", "second", "apart", "ratio"];
interface Row { code: string; name: string; find: string; value: number | null; litres: number | null; share: number | null; previous: number | null; year: number | null; second: number | null; apart: number | null; ratio: number | null }
/** Changes have columns of their own: beside them stands the amount. */
const listedAs = (measure: Measure): Measure => (isChange(measure) ? "volume" : measure);
/** Rows kept ready above and below those in sight. */
const SPARE = 12;

export function mountTable(place: HTMLElement, context: Context, select: (code: string) => void, close: () => void): { draw(): void } {
  const { store } = context;
  let names = new Map<string, string>();
  let namesOf = "";
  let rows: Row[] = [];
  let listed: Row[] = [];
  let sort: { by: Column; down: boolean } = { by: "value", down: true };
  let wanted = "";
  let inside = true;
  /** The row that the keyboard is at. */
  let at = 0;
  let pointed: string | null = null;
  let unit = "";
  let otherUnit = "";

  const caption = h("p", { class: "table-caption", "data-testid": "table-caption" });
  const title = h("h2", {});
  const shut = h("button", { type: "button", class: "icon-button close", "data-testid": "table-close", onclick: close }, icon("close"));
  const find = h("input", { type: "search", name: "find", autocomplete: "off", spellcheck: "false", "data-testid": "table-find", oninput: debounce(() => { wanted = find.value.trim().toLowerCase(); arrange(); }, 80) });
  const scope = h("div", {});
  const over = h("p", { class: "table-over num", "data-testid": "table-over", "aria-live": "off" });
  const head = h("tr", { "aria-rowindex": 1 });
  const above = h("tr", { class: "room", "aria-hidden": "true" }, h("td", { colspan: ALONE.length + 1 }));
  const below = h("tr", { class: "room", "aria-hidden": "true" }, h("td", { colspan: ALONE.length + 1 }));
  const body = h("tbody", {});
  const table = h("table", { class: "regions-table", "data-testid": "regions-table" }, h("thead", {}, head), body);
  const scroll = h("div", { class: "table-rows", "data-testid": "table-rows", onscroll: () => show(), onkeydown: keys, onpointerleave: () => point(null) }, table);
  const none = h("p", { class: "hint", hidden: true, "data-testid": "table-none" });
  const lines = h("section", { class: "block lines", "data-testid": "lines", hidden: true });
  replace(place, h("header", { class: "table-head" }, h("div", { class: "drawer-top" }, title, shut), caption, find, scope, over), scroll, none, lines);
  mountLines(lines, context, (code) => names.get(code));

  const isAlike = (): boolean => context.second?.context.state.measure === store.state.measure;
  const columns = (): readonly Column[] => (!context.second?.context.shown ? ALONE : LINKED.filter((each) => isAlike() || (each !== "apart" && each !== "ratio")));
  /** Codes that a word in Latin letters says, as the search spells them; they come a moment after what is found as it is written. */
  const spelt = new Map<string, ReadonlySet<string>>();
  const said = (word: string, code: string, level: MapLevel): boolean => spelt.get(`${level}/${word}`)?.has(code) ?? false;
  async function spell(words: readonly string[], level: MapLevel): Promise<void> {
    const asked = words.filter((word) => /^[a-z]{2,30}$/.test(word) && !spelt.has(`${level}/${word}`));
    if (!asked.length) return;
    await Promise.all(asked.map(async (word) => {
      spelt.set(`${level}/${word}`, new Set()); // asked for once
      const found = await getJson<{ codes: string[] }>(speltUrl(word, level)).catch(() => null);
      if (found) spelt.set(`${level}/${word}`, new Set(found.codes));
      else spelt.delete(`${level}/${word}`);
    }));
    arrange();
  }
  const height = (): number => (isTouch() ? 44 : 30);
  function scoped(level: MapLevel): string {
    const region = divisionOf(store.state.region);
    // Codes begin with those of what they lie in (National Bureau of Statistics).
    return region && region !== context.city && context.levels.indexOf(context.levelOf(region) as MapLevel) < context.levels.indexOf(level) ? region : "";
  }

  async function name(level: MapLevel): Promise<void> {
    const url = namesUrl(level, context.filters.boundaries);
    if (namesOf === url) return;
    namesOf = url;
    const told = await context.data.get<{ codes: string[]; names: string[] }>(url).catch(() => null);
    if (namesOf !== url) return;
    if (!told) return void (namesOf = ""); // codes stand in, until the next time
    for (const [i, code] of told.codes.entries()) names.set(code, told.names[i]);
    draw();
  }

  /** All rows of what is shown. */
  function read({ level, picture, series, period, measure }: Shown): void {
    void name(level);
    const previous = changesOf(series, period, "change_previous");
    const year = changesOf(series, period, "change_year");
    const beside = context.second?.context.shown?.picture.values;
    rows = [...picture.values].map(([code, value]) => {
      const [one, other] = [numberOf(measure, value), numberOf(context.second?.context.state.measure ?? measure, beside?.get(code))];
      const apart = one === null || other === null || !isAlike() ? null : one - other;
      const named = context.nameOf(code, names.get(code) ?? code);
      return {
        code, name: named, find: `${names.get(code) ?? ""} ${named} ${code}`.toLowerCase(), litres: value.volume_l,
        value: beside ? one : ENTRIES[listedAs(measure)].of(value),
        second: other, apart, ratio: apart !== null && other !== null && other > 0 && !isTwoSided(measure) ? apart / other : null,
        share: shareOf(value.volume_l, picture.total_l), previous: previous.get(code) ?? null, year: year.get(code) ?? null,
      };
    });
  }
  function arrange(): void {
    const { shown } = context;
    if (!shown) return;
    const prefix = inside ? scoped(shown.level) : "";
    if (!columns().includes(sort.by)) sort = { by: "value", down: true };
    const { by, down } = sort;
    const words = wanted.split(/\s+/).filter(Boolean);
    const sign = down ? -1 : 1;
    const collator = new Intl.Collator(language());
    listed = rows.filter((row) => row.code.startsWith(prefix) && words.every((word) => row.find.includes(word) || said(word, row.code, shown.level)));
    void spell(words, shown.level);
    listed.sort((a, b) => {
      if (by === "name") return sign * collator.compare(a.name, b.name) || a.code.localeCompare(b.code);
      const [one, other] = [a[by], b[by]];
      if (one === null || other === null) return Number(one === null) - Number(other === null) || a.code.localeCompare(b.code); // what is not known comes last, either way
      return sign * (one - other) || a.code.localeCompare(b.code);
    });
    at = Math.min(at, Math.max(0, listed.length - 1));
    none.hidden = listed.length > 0;
    none.textContent = t("tableNone", { q: find.value });
    table.setAttribute("aria-rowcount", String(listed.length + 1));
    table.dataset.rows = String(listed.length);
    drawHead(shown);
    show(true);
  }

  /** A number of a measure, and its unit; without linked maps the column of a change is the volume that changed. */
  function figure(row: Row, of: "value" | "second" | "apart" = "value"): [string, string] {
    const shown = of === "second" ? context.second!.context.state.measure : context.shown!.measure;
    const value = row[of];
    if (of === "apart" && isChange(shown)) return [apart(shown, row.value, row.second), ""];
    const measure = columns() === ALONE ? listedAs(shown) : shown;
    const { number, unit } = ENTRIES[measure].told(value);
    const sign = value !== null && value > 0 && (measure === "difference" || of === "apart") ? "+" : "";
    return [sign + number, unit];
  }
  function drawHead({ measure, level, period }: Shown): void {
    const label = (column: Column): string => {
      if (column === "name") return tk("levelShort", level);
      if (column === "second" || (column === "value" && context.second)) {
        const { period: own, measure: theirs } = column === "second" ? context.second!.context.state : store.state;
        return `${column === "second" ? "2" : "1"} · ${isAlike() ? periodText(own, language()) : tk("measure", theirs)}`;
      }
      if (column === "value") return tk("measure", listedAs(measure));
      return t(column === "share" ? "tableShare" : column === "previous" ? "tablePrevious" : column === "apart" ? "secondApart" : column === "ratio" ? "measure_ratio" : "tableYear");
    };
    // Said once, as the figures of a moment are all told in one.
    unit = listed.length ? figure(listed.find((row) => row.value !== null) ?? listed[0])[1] : "";
    otherUnit = listed.length && context.second?.context.shown ? figure(listed.find((row) => row.second !== null) ?? listed[0], "second")[1] : "";
    const unitIn = (column: Column): string => (column === "value" ? unit : column === "second" && otherUnit !== unit ? otherUnit : "");
    const focused = document.activeElement instanceof HTMLElement && head.contains(document.activeElement) ? document.activeElement.getAttribute("value") : null;
    table.classList.toggle("linked", context.second !== null);
    replace(head, columns().map((column) => h("th", { scope: "col", class: column, "aria-sort": sort.by === column ? (sort.down ? "descending" : "ascending") : "none" },
      h("button", { type: "button", value: column, "data-testid": `sort-${column}`, onclick: () => { sort = { by: column, down: sort.by === column ? !sort.down : column !== "name" }; at = 0; scroll.scrollTop = 0; arrange(); } },
        label(column), unitIn(column) ? h("small", {}, ` ${unitIn(column)}`) : null, h("span", { "aria-hidden": "true" }, sort.by === column ? (sort.down ? " ▾" : " ▴") : "")))), h("th", { scope: "col", class: "beside" }, h("span", { class: "visually-hidden" }, t("besideTitle"))));
    if (focused) head.querySelector<HTMLElement>(`button[value="${focused}"]`)?.focus();
    title.textContent = t("tableTitle");
    shut.setAttribute("aria-label", t("close"));
    find.placeholder = t("tableFind");
    find.setAttribute("aria-label", t("tableFind"));
    table.setAttribute("aria-label", t("tableTitle"));
    const prefix = scoped(level);
    caption.textContent = [periodText(period, language()), tk("level", level), filterWords(context), measureAbout(context), provisionalAbout(context), t("tableRows", { n: integer(listed.length) })].filter(Boolean).join(" · ");
    replace(scope, prefix ? segmented("table-scope", t("tableScope"), [{ value: "in", text: t("tableInside") }, { value: "all", text: t("wholeCity") }], inside ? "in" : "all", (value) => { inside = value === "in"; at = 0; arrange(); }) : null);
  }

  function cell(row: Row, column: Column): HTMLElement {
    if (column !== "value" && column !== "second" && column !== "apart") return h("td", { class: "num" }, column === "share" ? percent(row.share) : change(row[column] as number | null));
    const [number, own] = figure(row, column);
    const { series, period } = (column === "second" ? context.second!.context.shown : context.shown) ?? context.shown!;
    const open = column === "apart" ? [] : provisionalOf(series, period, row.code);
    const star = open.length ? h("abbr", { class: "provisional-star", title: provisionalText(open, period) }, "*") : null;
    return h("td", { class: "num", "data-column": column, "data-value": row[column] ?? "" }, number, star, own === (column === "second" ? otherUnit : unit) ? null : h("small", {}, ` ${own}`));
  }
  function line(row: Row, i: number): HTMLElement {
    const { picture } = context.shown!;
    const value = picture.values.get(row.code);
    const index = value ? classOf(value.shown, picture.scale) : -1;
    const color = picture.scale.colors[index];
    const { beside, region } = store.state;
    const taken = beside.includes(row.code);
    return h("tr", {
      "data-code": row.code, "data-litres": row.litres ?? "", "aria-rowindex": i + 2, "aria-current": region === row.code ? "true" : undefined, class: row.code === pointed ? "marked" : "",
      onpointerenter: () => point(row.code), onclick: () => { at = i; select(row.code); },
    },
      h("th", { scope: "row", class: "name" }, h("i", { class: color ? "swatch" : "swatch no-data", style: color ? `background:${color}` : "" }),
        h("button", { type: "button", class: "row-name", value: row.code, tabindex: i === at ? 0 : -1, title: row.name, onfocus: () => { at = i; point(row.code); }, onblur: () => point(null) }, row.name)),
      columns().slice(1).map((column) => cell(row, column)),
      h("td", { class: "beside" }, h("button", {
        type: "button", class: "beside-toggle", value: `beside-${row.code}`, tabindex: i === at ? 0 : -1, "aria-pressed": String(taken), disabled: !taken && beside.length >= BESIDE_MOST, "data-testid": `beside-${row.code}`,
        "aria-label": t(taken ? "besideRemove" : "besideAdd", { name: row.name }), title: t(taken ? "besideRemove" : "besideAdd", { name: row.name }),
        onclick: (event: Event) => { event.stopPropagation(); store.set({ beside: taken ? beside.filter((code) => code !== row.code) : [...beside, row.code] }); },
      }, icon(taken ? "minus" : "plus", 14))));
  }
  let from = -1;
  let to = -1;
  /** Draw the rows in sight, with as much room above and below as the others take. */
  function show(anew = false): void {
    const each = height();
    const first = Math.max(0, Math.floor(scroll.scrollTop / each) - SPARE);
    const last = Math.min(listed.length, Math.ceil((scroll.scrollTop + (scroll.clientHeight || 600)) / each) + SPARE);
    if (!anew && first === from && last === to) return;
    [from, to] = [first, last];
    const focused = document.activeElement instanceof HTMLElement && body.contains(document.activeElement) ? document.activeElement.getAttribute("value") : null;
    (above.firstElementChild as HTMLElement).style.height = `${first * each}px`;
    (below.firstElementChild as HTMLElement).style.height = `${(listed.length - last) * each}px`;
    replace(body, above, listed.slice(first, last).map((row, i) => line(row, first + i)), below);
    // Of another list the keyboard begins again.
    if (focused) (body.querySelector<HTMLElement>(`button[value="${focused}"]`) ?? (anew ? body.querySelector<HTMLElement>(".row-name") : null))?.focus({ preventScroll: true });
  }
  function keys(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(scroll.clientHeight / height()) - 2);
    const step: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -listed.length, End: listed.length };
    if (!(event.key in step) || !listed.length || !body.contains(event.target as Node)) return;
    event.preventDefault();
    const next = Math.min(listed.length - 1, Math.max(0, at + step[event.key]));
    go(next); // which gives the row before its focus back, and that is told as where the keyboard is
    body.querySelector<HTMLElement>(`button[value="${listed[next].code}"]`)?.focus({ preventScroll: true });
  }
  /** Bring a row into sight. */
  function go(index: number): void {
    at = index;
    const each = height();
    const top = index * each;
    const room = scroll.clientHeight - each * 1.2; // the headings stay
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    else if (top > scroll.scrollTop + room - each) scroll.scrollTop = top - room + each;
    show(true);
  }
  function point(code: string | null): void {
    if (pointed === code) return;
    mark(code);
    context.emit("place", code);
  }
  /** The place that is pointed at, in its row and above them, as the row may be far away. */
  function mark(code: string | null): void {
    pointed = code;
    for (const each of body.querySelectorAll<HTMLElement>("tr[data-code]")) each.classList.toggle("marked", each.dataset.code === code);
    const index = code === null ? -1 : listed.findIndex((row) => row.code === code);
    const row = listed[index];
    over.dataset.code = row?.code ?? "";
    over.textContent = row ? `${index + 1}. ${row.name} ${figure(row).join(" ")}` : " ";
  }

  function draw(): void {
    if (!context.shown || !store.state.table) return;
    read(context.shown);
    arrange();
  }
  mark(null);
  draw();
  context.on("shown", draw);
  context.on("units", draw);
  context.on("second", draw);
  context.on("hover", (told) => { if (store.state.table) mark(told && !told.cell ? told.code : null); });
  store.subscribe((state, changed) => {
    if (!state.table) return;
    if (changed.has("lang")) names = new Map(names);
    if (changed.has("region")) { inside = true; at = 0; scroll.scrollTop = 0; }
    if (["table", "lang", "region"].some((key) => changed.has(key as never))) draw();
    else if (changed.has("beside")) show(true);
    const index = changed.has("region") ? listed.findIndex((row) => row.code === state.region) : -1;
    if (index >= 0) go(index);
  });
  addEventListener("resize", debounce(() => { if (store.state.table) show(true); }, 100));
  return { draw };
}

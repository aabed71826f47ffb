// The legend: classes with their units and counts, and the ledger that shows nothing is lost.
import { HATCH_SPACING } from "../cells";
import { classOf, NOUGHT, NOUGHT_CLASS, type Scale } from "../classes";
import type { CellsShown, CellValue, Context, Shown } from "../context";
import { announce, h, replace } from "../dom";
import { form, onForm } from "../form";
import { integer, percent, periodText, shareOf, volumeText } from "../format";
import { language, t, tk, words } from "../i18n";
import { hatch, noDataPattern } from "../map/hatch";
import { breakIn, ENTRIES, isTwoSided, type Unit, unitOf } from "../measures";
import { STANDINGS } from "../percentile";
import { comparedWith, spanOf } from "../periods";
import { isCompare, type Measure } from "../state";
import { figuresOf } from "../values";
import { legendStyle } from "./legend-style";
import { lackNote, measureAbout, provisionalAbout } from "./measure-note";
import { redraw } from "./choices";
import { cellLedger, unsureSwitch, unsureTexts } from "./legend-cells";
import { divisionsWords } from "./divisions";
import { levelHint, levelNote } from "./level-note";
import { filterWords } from "./filters";
import { markOf, noteOf, totalNotes } from "./printed";
import { errorText, isRefused, wayOut } from "./notices";

/** Pixels of height from which legend and filters both have room. */
const ROOMY = 860;


/** The highest class has no bound: the largest value says how far it reaches. */
function classTexts(measure: Measure, scale: Scale, unit: Unit, most: number | null): string[] {
  if (measure === "percentile") return standingTexts(scale);
  const text = (value: number) => breakIn(value, unit);
  const { breaks } = scale;
  return scale.colors.map((_, i) => {
    if (!breaks.length) return unit.name;
    if (i === 0) return t("classBelow", { high: text(breaks[0]) });
    if (i === breaks.length) return most === null || most < breaks[i - 1] ? t("classFrom", { low: text(breaks[i - 1]) }) : t("classTo", { low: text(breaks[i - 1]), high: text(most) });
    return t("classRange", { low: text(breaks[i - 1]), high: text(breaks[i]) });
  });
}

/** Of places among earlier years: what each class is called; of too few years to tell tenths the outer ones are one. */
function standingTexts({ breaks }: Scale): string[] {
  const tenths = breaks.length === STANDINGS.length - 1;
  const told = tenths ? STANDINGS : STANDINGS.filter((name) => !name.startsWith("much_"));
  return told.map((name) => tk(tenths ? "standing" : "standingFew", name));
}

function ledger(shown: Shown): HTMLElement {
  const lang = language();
  const { total_l, placed_l, gaps_l, gaps } = shown.picture;
  const notes = totalNotes(shown.series.notes, shown.period);
  const share = (litres: number | null) => percent(shareOf(litres, total_l));
  const row = (name: string, litres: number | null, key: string, kind = "", mark: HTMLElement | null = null) =>
    h("div", { class: `ledger-row ${kind}`, "data-testid": `ledger-${key}`, "data-litres": litres ?? "" },
      h("span", {}, name), h("span", { class: "num" }, volumeText(litres, lang), mark), h("span", { class: "num share" }, share(litres)));
  // What is nothing gets no row.
  const parts = gaps ? (["coarser", "unassigned", "outside"] as const).filter((gap) => gaps[gap]) : [];
  return h("div", { class: "ledger", "data-testid": "ledger", title: t("ledgerHint") },
    h("div", { class: "ledger-bar", "aria-hidden": "true" },
      h("i", { style: `width:${(shareOf(placed_l, total_l) ?? 0) * 100}%` })),
    row(t("recorded"), total_l, "total", "sum", markOf(notes)),
    row(t("onMap", { level: tk("levelShort", shown.level) }), placed_l, "placed"),
    parts.length ? parts.map((gap) => row(tk("gap", gap), gaps![gap], gap, "gap")) : gaps_l ? row(t("gaps"), gaps_l, "gaps", "gap") : null,
    noteOf(notes, t("recorded")));
}

/** How many there are of each class, recorded as nought, and without data; null where that is not known. */
type Light = (index: number) => Record<string, unknown>;
/** How long the pointer rests on a class before its places are lit. */
const LIT_AFTER_MS = 100;
interface Rows { measure: Measure; scale: Scale; unit: Unit; counts: number[]; most: number | null; nought: number | null; none: number | null; what: (n: number) => string; light: Light }
/** Classes with their colours, bounds and how many there are of each; diverging ones from more to less. */
function classRows({ measure, scale, unit, counts, most: largest, nought, none, what, light }: Rows, noData: string): HTMLElement {
  const texts = classTexts(measure, scale, unit, largest);
  const order = scale.colors.map((_, i) => (scale.diverging ? scale.colors.length - 1 - i : i));
  const most = Math.max(...counts, 1);
  const count = (n: number | undefined, bar = false) => n === undefined ? null
    : h("span", { class: "count" }, bar ? h("b", { style: `width:${(n / most) * 46}px` }) : null, h("em", {}, what(n)));
  return h("ul", { class: "classes" },
    order.map((i) => h("li", { "data-testid": "legend-class", "data-class": i, "data-count": counts[i] ?? "", "data-from": scale.breaks[i - 1] ?? "", "data-to": scale.breaks[i] ?? "" },
      h("button", light(i), h("i", { class: "swatch", style: `background:${scale.colors[i]}` }),
        h("span", { class: "num" }, texts[i]), count(counts[i], true)))),
    !scale.diverging && (nought === null || nought > 0) ? h("li", { "data-testid": "legend-nought", "data-class": NOUGHT_CLASS, "data-count": nought ?? "" },
      h("button", light(NOUGHT_CLASS), h("i", { class: "swatch", style: `background:${NOUGHT}` }), h("span", {}, t("nought")), count(nought ?? undefined))) : null,
    none === null || none > 0 ? h("li", { "data-testid": "legend-none", "data-class": -1, "data-count": none ?? "" },
      h("i", { class: "swatch no-data" }), h("span", {}, noData), count(none ?? undefined)) : null);
}

/** What the legend is of: period, what it is compared with, level, filters, divisions. */
function captionOf(context: Context, asked: string, level: string): string {
  // Of two periods the months that both have: the only ones that are compared.
  const { now, before } = comparedWith(asked, context.state.measure, context.meta.months, context.state.versus);
  const [period, versus] = isCompare(context.state.measure) && now.length ? [spanOf(now), spanOf(before)] : [asked, context.state.versus];
  return [periodText(period, language()), isCompare(context.state.measure) ? `${t("comparedTo")} ${periodText(versus, language())}` : "", level, filterWords(context), measureAbout(context), provisionalAbout(context), divisionsWords(context)].filter(Boolean).join(" · ");
}
/** Of two linked maps that one scale paints the legend says so; the counts are the first one's. */
const sharedNote = (context: Context): HTMLElement | null =>
  context.second ? h("p", { class: "fine shared-note", "data-testid": "shared-note" }, t(context.second.together ? "secondTogether" : "secondApartScales")) : null;
function mostOfBoth({ second }: Context, most: number | null): number | null {
  const other = second?.together && second.context.shown ? countsOf(second.context.shown).most : null;
  return most === null ? other : other === null ? most : Math.max(most, other);
}
/** How many regions there are of each class, recorded as nought and without data, and the largest value. */
function countsOf({ picture: { scale, values } }: Shown): { counts: number[]; most: number | null; nought: number; none: number } {
  const counts = new Array<number>(scale.colors.length).fill(0);
  let none = 0;
  let nought = 0;
  let most: number | null = null;
  for (const value of values.values()) {
    const index = classOf(value.shown, scale);
    if (value.shown !== null) most = Math.max(most ?? -Infinity, value.shown);
    if (index < 0) none++;
    else if (index === NOUGHT_CLASS) nought++;
    else counts[index]++;
  }
  return { counts, most, nought, none };
}

/** Why the map has nothing to show at all; empty where it shows something. */
export function lineLack(context: Context, shown: Shown): string {
  for (const value of shown.picture.values.values()) if (value.shown !== null) return "";
  return lackNote(context, shown)?.textContent ?? t("noRecords");
}
/** A legend in one line: what it is of, its colours and their bounds; or why there is nothing to see. */
export function legendLine(measure: Measure, scale: Scale, lack = "", hint = ""): HTMLElement[] {
  const unit = unitOf(measure);
  const text = (value: number) => (measure === "percentile" ? "" : breakIn(value, unit));
  return [
    h("span", { class: "line-title" }, tk("measureTitle", measure), " ", h("small", {}, unit.name)),
    ...(hint ? [h("span", { class: "line-note", "data-testid": "line-note" }, hint)] : []),
    lack ? h("span", { class: "line-note", "data-testid": "line-lack" }, lack) : h("span", { class: "line-ramp" }, scale.colors.map((color, i) => h("i", { "data-class": i, style: `background:${color}` }, scale.breaks[i] === undefined ? null : h("em", {}, text(scale.breaks[i]))))),
  ];
}

/** The legend as it stands now, for a picture or a sheet of it; a row has a colour, or the lines that stand for no data or for how uncertain a cell is. */
export interface LegendRow { color?: string; lines?: ImageData; text: string; count: string }
export interface LegendTold { measure: Measure; title: string; unit: string; about: string; rows: LegendRow[] }
export function legendNow(context: Context): LegendTold | null {
  const { shown, cells } = context;
  if (!shown && !cells) return null;
  const measure = cells ? cells.measure : shown!.measure;
  const scale = cells ? cells.scale : shown!.picture.scale;
  const unit = unitOf(measure);
  const own = cells ? { counts: cells.counts, most: cells.most, nought: null, none: null } : countsOf(shown!);
  const told = cells ? own : { ...own, most: mostOfBoth(context, own.most) };
  const count = (n: number | null | undefined) => (n === null || n === undefined ? "" : cells ? integer(n) : t("regions", { n: integer(n) }));
  const texts = classTexts(measure, scale, unit, told.most);
  const rows: LegendRow[] = scale.colors.map((color, i) => ({ color, text: texts[i], count: count(told.counts[i]) }));
  if (scale.diverging) rows.reverse();
  if (!scale.diverging && told.nought !== 0) rows.push({ color: NOUGHT, text: t("nought"), count: count(told.nought) });
  if (told.none !== 0) rows.push({ lines: noDataPattern(), text: t(isTwoSided(measure) ? "noChange" : "noData"), count: count(told.none) });
  if (cells && context.state.unsure) unsureTexts().forEach((text, i) => rows.push({ lines: hatch(HATCH_SPACING[i]), text, count: "" }));
  const about = cells ? captionOf(context, cells.period, words(cells.layer.title)) : captionOf(context, shown!.period, tk("level", shown!.level));
  return { measure, title: tk("measureTitle", measure), unit: unit.name, about, rows };
}

export function mountLegend(place: HTMLElement, context: Context): void {
  const caption = (asked: string, level: string) => captionOf(context, asked, level);
  /** On a low window the ledger is opened by who wants it: the filters have its room. */
  let opened: boolean | null = null;
  function fold(content: HTMLElement | null): HTMLElement | null {
    if (!content || form() !== "cards" || innerHeight >= ROOMY) return content;
    return h("details", { class: "fold", open: opened === true, ontoggle: (event: Event) => { opened = (event.target as HTMLDetailsElement).open; } },
      h("summary", { "data-testid": "ledger-fold" }, t("ledger")), content);
  }
  function frame(measure: Measure, scale: Scale, unit: Unit, about: string, ...rest: Parameters<typeof replace>[1][]): void {
    place.setAttribute("aria-label", t("legend"));
    // Of another scale another class would be lit.
    const classes = `${measure}/${context.level}/${scale.breaks.join()}/${context.cells?.layer.id ?? ""}`;
    if (classes !== lightOf) {
      lightOf = classes;
      if (pinned !== null) context.emit("light", (pinned = null));
    }
    redraw(place,
      h("header", { class: "legend-head" },
        h("h2", {}, tk("measureTitle", measure), " ", h("span", { class: "unit", "data-testid": "legend-unit" }, unit.name)),
        form() === "cards" ? h("button", { type: "button", class: "reset table-opener", value: "table", "aria-pressed": String(context.state.table), "data-testid": "table-open", onclick: () => context.store.set({ table: !context.state.table, drawer: true }) }, t("tableShort")) : null,
        h("p", {}, about)),
      h("div", { class: "ramp", "aria-hidden": "true" }, scale.colors.map((color) => h("i", { style: `background:${color}` }))),
      ...rest);
  }
  /** What a class does under pointer, keyboard and finger: over it its places are lit, pressed they stay so. */
  let pinned: number | null = null;
  let lightOf = "";
  let resting = 0;
  function light(index: number): Record<string, unknown> {
    const show = (which: number | null) => {
      clearTimeout(resting);
      context.emit("light", which);
    };
    return {
      type: "button", class: "class-row", value: `class-${index}`, "aria-pressed": String(pinned === index), title: t("classLight"),
      // New colours of cells are read from every tile again: not for a pointer on its way across, nor for one that a class came to lie under.
      onpointermove: (event: PointerEvent) => {
        clearTimeout(resting);
        if (event.pointerType !== "touch") resting = window.setTimeout(show, LIT_AFTER_MS, index);
      },
      onpointerleave: () => show(pinned), onfocus: (event: FocusEvent) => { if ((event.target as HTMLElement).matches(":focus-visible")) show(index); }, onblur: () => show(pinned),
      onclick: () => {
        pinned = pinned === index ? null : index;
        for (const row of place.querySelectorAll<HTMLElement>(".class-row")) row.setAttribute("aria-pressed", String(row.getAttribute("value") === `class-${pinned}`));
        show(pinned);
      },
    };
  }
  /** The class of the place that is pointed at. */
  function mark(index: number | null): void {
    for (const row of place.querySelectorAll<HTMLElement>("[data-class]")) row.classList.toggle("marked", row.dataset.class === String(index));
    document.querySelectorAll<HTMLElement>("#legend-line [data-class]").forEach((row) => row.classList.toggle("marked", row.dataset.class === String(index)));
  }
  const classOfCell = (value: CellValue, { measure, scale }: CellsShown): number => classOf(ENTRIES[measure].of(figuresOf(value)), scale);
  function markPlace(code: string | null, cell?: CellValue): void {
    const { shown, cells } = context;
    if (code === null || !shown) return mark(null);
    if (cell && cells) return mark(classOfCell(cell, cells));
    const value = shown.picture.values.get(code);
    mark(value && !cells ? classOf(value.shown, shown.picture.scale) : null);
  }
  function drawCells(cells: CellsShown): void {
    const { measure, scale, counts, period } = cells;
    const unit = unitOf(measure);
    const level = words(cells.layer.title);
    frame(measure, scale, unit, caption(period, level),
      sharedNote(context),
      classRows({ measure, scale, unit, counts, most: Math.max(cells.most, (context.second?.together && context.second.context.cells?.most) || 0), nought: null, none: null, what: (n) => integer(n), light }, isTwoSided(measure) ? t("noChange") : t("noData")),
      unsureSwitch(context),
      legendStyle(context, measure, scale, unit),
      fold(cellLedger(context, cells)));
    announce(`${tk("measureTitle", measure)}, ${periodText(period, language())}, ${level}`);
    fillCompact(measure, scale);
  }
  function draw(shown: Shown): void {
    if (context.cells) return drawCells(context.cells);
    const { measure } = shown;
    const unit = unitOf(measure);
    const { counts, most, nought, none } = countsOf(shown);
    // Where nobody was counted there are no classes either.
    const known = !ENTRIES[measure].people || none < shown.picture.values.size;
    const scale = known ? shown.picture.scale : { ...shown.picture.scale, breaks: [], colors: [] };
    frame(measure, scale, unit, caption(shown.period, tk("level", shown.level)),
      levelNote(context),
      sharedNote(context),
      classRows({ measure, scale, unit, counts, most: mostOfBoth(context, most), nought, none, what: (n) => t("regions", { n: integer(n) }), light }, isTwoSided(measure) ? t("noChange") : t("noData")),
      lackNote(context, shown),
      measure === "volume" ? h("p", { class: "fine area-hint" }, t("areaHint")) : null,
      legendStyle(context, measure, scale, unit),
      fold(ledger(shown)));
    announce(`${tk("measureTitle", measure)}, ${periodText(shown.period, language())}, ${tk("level", shown.level)}: ${volumeText(shown.picture.total_l, language())}`);
    fillCompact(measure, scale, lineLack(context, shown));
  }
  /** Where the legend is a page among others, this line of it stays on the map. */
  function fillCompact(measure: Measure, scale: Scale, lack = ""): void {
    const compact = document.getElementById("legend-line");
    if (!compact) return;
    replace(compact, legendLine(measure, scale, lack, levelHint(context)));
    compact.hidden = false;
  }
  replace(place, h("div", { class: "skeleton tall" }));
  context.on("failed", ({ what, error, retry }) => {
    if (what !== "series") return;
    const action = isRefused(error) ? wayOut(context, () => context.store.set({ region: "" })) : retry && { text: t("retry"), run: retry };
    replace(place, h("div", { "data-testid": "legend-failed" },
      h("p", { class: "hint" }, t("errorSeries"), " ", errorText(error)),
      action ? h("button", { type: "button", class: "button small", onclick: action.run }, action.text) : null));
  });
  const again = () => { if (context.shown) draw(context.shown); };
  context.on("shown", draw);
  context.on("hover", (over) => markPlace(over?.code ?? null, over?.cell));
  context.on("place", (code) => markPlace(code));
  context.on("cells", again);
  context.on("second", again);
  context.on("level", again);
  onForm(again);
  context.store.subscribe((_, changed) => {
    if (changed.has("lang") || changed.has("table") || changed.has("unsure") || changed.has("values") || changed.has("level")) again();
  });
}

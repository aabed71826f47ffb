// Hot spots and change: two periods of the reader's choice, and what moved most between them.
import { type Comparison, compareUrl, type Mover } from "../api";
import type { Context } from "../context";
import { h, replace } from "../dom";
import { change, periodText, volumeText } from "../format";
import { language, t, tk } from "../i18n";
import { areLike, pairOf, steps, years } from "../periods";
import { isCompare, type Measure } from "../state";
import { redraw, segmented } from "./choices";
import { errorText } from "./notices";

const PAGE = 10;

/** The controls: off, difference or ratio; and the two periods. */
export function compareBlock(context: Context): HTMLElement {
  const { store, meta } = context;
  const { measure, period, versus } = store.state;
  const on = isCompare(measure);
  const options = [...(years(meta.months).length > 1 ? years(meta.months) : []), ...steps("month", meta.months)];
  const choice = (id: string, value: string, choose: (value: string) => void, options: string[]) =>
    h("select", { class: "select", id, "data-testid": id, "aria-label": t(id === "compare-a" ? "periodA" : "periodB"), onchange: (event: Event) => choose((event.target as HTMLSelectElement).value) },
      [...new Set([...(options.includes(value) ? [] : [value]), ...options])].map((each) => h("option", { value: each, selected: each === value }, periodText(each, language()))));
  const set = (next: string) => store.set(next
    ? { measure: next as Measure, ...pairOf(period, versus, meta.months) }
    : { measure: "volume" });
  return h("section", { class: "block compare" },
    h("h2", {}, t("compareTitle")),
    segmented("compare", t("compareTitle"), [{ value: "", text: t("compareOff") }, ...(["difference", "ratio"] as const).map((value) => ({ value, text: tk("measure", value), hint: tk("measureTitle", value) }))], on ? measure : "", set),
    on ? h("div", { class: "compare-periods" },
      h("label", { for: "compare-a" }, t("periodA"), choice("compare-a", period, (value) => store.set({ period: value }), options)),
      h("button", { type: "button", class: "icon-button swap", "aria-label": t("swap"), title: t("swap"), "data-testid": "compare-swap", onclick: () => store.set({ period: versus, versus: period }) }, "⇄"),
      h("label", { for: "compare-b" }, t("periodB"), choice("compare-b", versus, (value) => store.set({ versus: value }), options.filter((each) => areLike(each, period))))) : null);
}

/** The largest movers of the level on the map, more or less, page by page. */
export function mountMovers(place: HTMLElement, context: Context, open: { region(code: string): void; cell(mover: Mover): void }): void {
  let direction = "up";
  let ticket = 0;
  let rows: Mover[] = [];

  const level = () => (context.state.level === "grid" && context.layer("grid_500") ? "grid_500" : context.level);
  async function load(more = false): Promise<void> {
    const { measure, period, versus, region } = context.state;
    place.hidden = !isCompare(measure) || !versus;
    const mine = ++ticket;
    if (place.hidden) return;
    if (!more) {
      rows = [];
      redraw(place, head(), h("div", { class: "skeleton" }));
    }
    try {
      const page = { limit: PAGE, offset: rows.length, region, ...(direction === "up" ? {} : { direction }) };
      const found = await context.data.get<Comparison>(compareUrl(level(), period, versus, context.filters, page));
      if (mine !== ticket) return;
      rows = [...rows, ...found.movers];
      draw(found);
    } catch (error) {
      if (mine === ticket) redraw(place, head(), h("p", { class: "hint" }, errorText(error)), h("button", { type: "button", class: "button small", onclick: () => void load() }, t("retry")));
    }
  }
  const head = () => [
    h("h3", {}, t("movers"), h("small", {}, level() === "grid_500" ? t("level_grid") : tk("level", level()))),
    segmented("movers", t("movers"), (["up", "down"] as const).map((value) => ({ value, text: t(value === "up" ? "increase" : "decrease") })), direction, (value) => { direction = value; void load(); }),
  ];
  function draw(found: Comparison): void {
    const lang = language();
    const most = Math.abs(rows[0]?.difference_l ?? 1);
    const cells = found.level.startsWith("grid");
    redraw(place, head(),
      rows.length ? h("ol", { class: "ranking", "data-testid": "movers-list", "data-level": found.level, "data-count": found.count }, rows.map((row, i) =>
        h("li", {}, h("button", { type: "button", class: "rank mover", value: row.code, "data-code": row.code, "data-litres": row.difference_l, onclick: () => (cells ? open.cell(row) : open.region(row.code)) },
          h("span", { class: "rank-no num" }, i + 1),
          h("span", { class: "rank-name" }, context.nameOf(row.code, row.name), cells ? h("small", {}, ` ${row.code.slice(4, 16)}`) : null),
          h("span", { class: "rank-value num" }, `${row.difference_l > 0 ? "+" : "−"}${volumeText(Math.abs(row.difference_l), lang)}`),
          h("span", { class: "rank-share num" }, change(row.change)),
          h("span", { class: "rank-bar", "aria-hidden": "true" }, h("i", { class: row.difference_l < 0 ? "fell" : "rose", style: `width:${(Math.abs(row.difference_l) / most) * 100}%` }))))))
        : h("p", { class: "hint", "data-testid": "movers-none" }, t("moversNone")),
      rows.length < found.count ? h("button", { type: "button", class: "button small", value: "more", "data-testid": "movers-more", onclick: () => void load(true) }, t("explainMore", { n: found.count - rows.length })) : null,
      h("p", { class: "fine" }, t("moversNote", { a: periodText(found.period, lang), b: periodText(found.versus, lang) })));
  }
  replace(place);
  void load();
  context.on("level", () => void load());
  context.on("units", () => void load());
  context.store.subscribe((_, changed) => {
    if ((["measure", "period", "versus", "level", "region", "source", "purpose", "resident", "boundaries", "lang"] as const).some((key) => changed.has(key))) void load();
  });
}

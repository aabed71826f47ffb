// What each of two linked maps says of itself: its number, period, measure and unit, and the figure of the place that is pointed at or
// selected. On the second map period and measure are chosen there.
import { h, replace } from "../dom";
import { type Context, type Hover, isMapLevel } from "../context";
import { periodText } from "../format";
import { language, t, tk } from "../i18n";
import { unitOf } from "../measures";
import { areLike, kindOf, monthsOf, pairOf, steps, years } from "../periods";
import { isCompare, MEASURES, type Measure, type Second } from "../state";
import { cityValue, type Figures, figuresOf, regionValue } from "../values";
import { redraw } from "../ui/choices";
import { apart, figureOf, numberOf } from "../ui/figure";
import { legendLine, lineLack } from "../ui/legend";
import { whyNot } from "../ui/measure-note";

/** What a map has of the place that is told of: pointed at, else selected, else the whole city. */
function valueOf(context: Context, hover: Hover | null, cellAt?: (at: [number, number]) => Figures | null): Figures | undefined {
  const { state, shown, data, filters } = context;
  const { period, measure, versus, region } = state;
  if (hover?.cell) return (cellAt ? cellAt(hover.at) : figuresOf(hover.cell)) ?? undefined;
  if (hover) return shown?.picture.values.get(hover.code);
  if (!shown) return undefined;
  if (!region) return cityValue(shown.series, period, measure, versus);
  const level = context.levelOf(region);
  const series = isMapLevel(level) ? data.seriesNow(level, period, filters) : undefined;
  return (series && regionValue(series, region, period, measure, versus)) ?? undefined;
}

export function mountHeads(first: Context, second: Context, places: [HTMLElement, HTMLElement], close: () => void): () => void {
  const { store, meta } = first;
  const heads = places.map((place, i) => {
    const head = h("div", { class: "map-head card", "data-testid": `map-head-${i + 1}` });
    place.append(head);
    return head;
  });
  const titles = heads.map((head) => head.appendChild(h("div", { class: "map-title" })));
  const values = heads.map((head) => head.appendChild(h("p", { class: "map-value num" })));
  const foot = h("div", { class: "map-foot card", "data-testid": "second-legend" });
  places[1].append(foot);
  // What stands below the heads is told how high they are: in a narrow map their lists have a line for themselves.
  const heights = new ResizeObserver(() => document.body.style.setProperty("--head-height", `${Math.max(...heads.map((head) => head.offsetHeight))}px`));
  for (const head of heads) heights.observe(head);
  let hover: Hover | null = null;
  let name = "";
  let drawn = "";

  const set = (patch: Partial<Second>) => store.set({ second: { ...store.state.second!, ...patch } });
  function swap(): void {
    const { period, measure, versus, second: own } = store.state;
    if (own) store.set({ ...own, versus: own.versus || versus, second: { period, measure, versus } });
  }
  const option = (value: string, chosen: string, text: string) => h("option", { value, selected: value === chosen }, text);
  function periods(id: string, label: string, chosen: string, allowed: (period: string) => boolean, choose: (period: string) => void): HTMLElement {
    const { months } = meta;
    const lang = language();
    const all = years(months).length > 1 ? steps("range", months) : [];
    const ranges = [...new Set([...all, chosen])].filter((each) => kindOf(each) === "range" && allowed(each)); // years and months follow
    const field = h("select", { class: "select", "aria-label": label, name: id, "data-testid": id, onchange: () => choose(field.value) },
      ranges.map((each) => option(each, chosen, periodText(each, lang))),
      years(months).map((year) => h("optgroup", { label: year }, [year, ...monthsOf(year, months)].filter(allowed).map((each) => option(each, chosen, periodText(each, lang))))));
    return field;
  }

  function drawTitles(): void {
    const { second: own } = store.state;
    if (!own) return;
    const { period, measure, versus } = first.state;
    const number = (n: number) => h("b", { class: "map-number", "aria-hidden": "true" }, n);
    const unit = (of: Measure) => h("small", { class: "unit" }, unitOf(of).name);
    heads.forEach((head, i) => { head.role = "group"; head.setAttribute("aria-label", t(i ? "secondSecond" : "secondFirst")); });
    replace(titles[0], number(1), h("span", { "data-testid": "first-title" }, periodText(period, language()), isCompare(measure) ? ` ${t("comparedTo")} ${periodText(versus, language())}` : "", " · ", tk("measureTitle", measure)), " ", unit(measure));
    const chosen = JSON.stringify([own, language(), unitOf(own.measure).name]);
    if (chosen === drawn) return; // a list that is open stays so while the first map goes on
    drawn = chosen;
    const measures = h("select", { class: "select", "aria-label": t("measure"), name: "second-measure", "data-testid": "second-measure", onchange: () => {
      const next = measures.value as Measure;
      set({ measure: next, ...(isCompare(next) ? pairOf(own.period, own.versus, meta.months) : { versus: "" }) });
    } }, MEASURES.map((each) => h("option", { value: each, selected: each === own.measure, disabled: whyNot(second, each) !== "" }, tk("measure", each))));
    redraw(titles[1], number(2),
      periods("second-period", t("periodLabel"), own.period, () => true, (next) => set({ period: next })),
      isCompare(own.measure) ? periods("second-versus", t("periodB"), own.versus, (each) => areLike(each, own.period), (next) => set({ versus: next })) : null,
      measures, unit(own.measure),
      h("button", { type: "button", class: "icon-button", "aria-label": t("secondSwap"), title: t("secondSwap"), value: "second-swap", "data-testid": "second-swap", onclick: swap }, "⇄"),
      h("button", { type: "button", class: "icon-button", "aria-label": t("secondClose"), title: t("secondClose"), value: "second-close", "data-testid": "second-close", onclick: close }, "×"));
  }
  /** The name of the place, and of each map its figure; with the second one's how far they are apart. */
  function drawValues(): void {
    const { second: linked } = first;
    if (!linked || !store.state.second) return;
    const both = [first, second];
    const [one, two] = both.map((context, i) => valueOf(context, hover, i ? (at) => { const cell = linked.cellAt(at); return cell && figuresOf(cell); } : undefined));
    both.forEach(({ state: { measure } }, i) => {
      const value = i ? two : one;
      const { number, unit } = figureOf(measure, value);
      const same = first.state.measure === second.state.measure;
      values[i].dataset.value = String(numberOf(measure, value) ?? "");
      replace(values[i], h("span", {}, hover?.name ?? name), " ", h("b", {}, `${number} ${unit}`.trim()),
        i && same ? h("small", {}, ` ${t("secondApart")} ${apart(measure, numberOf(measure, one), numberOf(measure, two))}`) : null);
    });
  }
  function drawFoot(): void {
    const { shown, cells } = second;
    const linked = first.second;
    if (!linked) return;
    foot.dataset.together = String(linked.together);
    if (linked.together) return replace(foot, t("secondSame"));
    if (shown) replace(foot, legendLine(second.state.measure, (cells ?? shown.picture).scale, cells ? "" : lineLack(second, shown)));
  }
  async function tellName(): Promise<void> {
    const { region, period } = store.state;
    if (!region) name = first.nameOf(first.city, meta.city.name);
    else {
      const found = await first.data.region(region, period, first.filters).catch(() => null);
      if (store.state.region !== region) return;
      name = first.nameOf(region, found?.name ?? region);
    }
    drawValues();
  }
  function draw(): void {
    drawTitles();
    drawFoot();
    drawValues();
  }
  void tellName();
  draw();
  for (const name of ["shown", "cells"] as const) second.on(name, draw);
  const off = [
    ...(["shown", "cells", "units", "second"] as const).map((name) => first.on(name, draw)),
    first.on("hover", (told) => { hover = told; drawValues(); }),
    store.subscribe((_, changed) => {
      if (changed.has("region") || changed.has("lang")) void tellName();
      if (changed.has("second") || changed.has("lang")) draw();
    }),
  ];
  return () => {
    for (const each of off) each();
    heights.disconnect();
    document.body.style.removeProperty("--head-height");
    for (const head of heads) head.remove();
  };
}

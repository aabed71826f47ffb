// The legend: classes with their units and counts, and the ledger that shows nothing is lost.
import { type Scale, classOf, NO_DATA } from "../classes";
import type { Context, Shown } from "../context";
import { announce, h, replace } from "../dom";
import { breakText, LITRES_PER_M3, LITRES_PER_UNIT, percent, periodText, unitName, volumeText } from "../format";
import { language, t, tk } from "../i18n";
import { isChange } from "../values";
import { filterWords } from "./filters";
import { errorText, isRefused, wayOut } from "./notices";

interface Unit { name: string; divide: number }
/** One unit for the whole legend, so that its breaks can be compared. */
function unitOf({ measure, picture: { scale } }: Shown): Unit {
  const lang = language();
  if (isChange(measure)) return { name: "%", divide: 0.01 };
  const middle = scale.breaks[Math.floor(scale.breaks.length / 2)] ?? 0;
  if (measure === "volume") {
    const large = middle >= LITRES_PER_UNIT / 10;
    return { name: unitName(lang, large), divide: large ? LITRES_PER_UNIT : LITRES_PER_M3 };
  }
  const large = middle >= 10_000;
  return { name: `${unitName(lang, large)}/km²`, divide: large ? 10_000 : 1 };
}

function classTexts(scale: Scale, unit: Unit): string[] {
  const text = (value: number) => breakText(value / unit.divide).replace("-", "−");
  const { breaks } = scale;
  return scale.colors.map((_, i) => {
    if (!breaks.length) return unit.name;
    if (i === 0) return t("classBelow", { high: text(breaks[0]) });
    if (i === breaks.length) return t("classFrom", { low: text(breaks[i - 1]) });
    return t("classRange", { low: text(breaks[i - 1]), high: text(breaks[i]) });
  });
}

function ledger(shown: Shown): HTMLElement {
  const lang = language();
  const { total_l, placed_l, gaps_l, gaps } = shown.picture;
  const share = (litres: number) => (total_l ? percent(litres / total_l) : "—");
  const row = (name: string, litres: number, key: string, kind = "") =>
    h("div", { class: `ledger-row ${kind}`, "data-testid": `ledger-${key}`, "data-litres": litres },
      h("span", {}, name), h("span", { class: "num" }, volumeText(litres, lang)), h("span", { class: "num share" }, share(litres)));
  // What is nothing gets no row.
  const parts = gaps ? (["coarser", "unassigned", "outside"] as const).filter((gap) => gaps[gap] > 0) : [];
  return h("div", { class: "ledger", "data-testid": "ledger", title: t("ledgerHint") },
    h("div", { class: "ledger-bar", "aria-hidden": "true" },
      h("i", { style: `width:${total_l ? (placed_l / total_l) * 100 : 0}%` })),
    row(t("recorded"), total_l, "total", "sum"),
    row(t("onMap", { level: tk("levelShort", shown.level) }), placed_l, "placed"),
    parts.length ? parts.map((gap) => row(tk("gap", gap), gaps![gap], gap, "gap")) : gaps_l > 0 ? row(t("gaps"), gaps_l, "gaps", "gap") : null);
}

export function mountLegend(place: HTMLElement, context: Context): void {
  function draw(shown: Shown): void {
    const { scale, values } = shown.picture;
    const unit = unitOf(shown);
    const counts = new Array<number>(scale.colors.length).fill(0);
    let none = 0;
    for (const value of values.values()) {
      const index = classOf(value.shown, scale);
      if (index < 0) none++;
      else counts[index]++;
    }
    const texts = classTexts(scale, unit);
    const order = scale.diverging ? scale.colors.map((_, i) => scale.colors.length - 1 - i) : scale.colors.map((_, i) => i);
    const most = Math.max(...counts, 1);
    const title = tk("measureTitle", shown.measure);
    replace(place,
      h("header", { class: "legend-head" },
        h("h2", {}, title, " ", h("span", { class: "unit", "data-testid": "legend-unit" }, unit.name)),
        h("p", {}, [periodText(shown.period, language()), tk("level", shown.level), filterWords(context)].filter(Boolean).join(" · "))),
      h("div", { class: "ramp", "aria-hidden": "true" }, scale.colors.map((color) => h("i", { style: `background:${color}` }))),
      h("ul", { class: "classes" },
        order.map((i) => h("li", { "data-testid": "legend-class", "data-count": counts[i], "data-from": scale.breaks[i - 1] ?? "", "data-to": scale.breaks[i] ?? "" },
          h("i", { class: "swatch", style: `background:${scale.colors[i]}` }),
          h("span", { class: "num" }, texts[i]),
          h("span", { class: "count" }, h("b", { style: `width:${(counts[i] / most) * 46}px` }), h("em", {}, t("regions", { n: counts[i] }))))),
        none ? h("li", { "data-testid": "legend-none", "data-count": none },
          h("i", { class: "swatch", style: `background:${NO_DATA}` }), h("span", {}, isChange(shown.measure) ? t("noChange") : t("noData")),
          h("span", { class: "count" }, h("em", {}, t("regions", { n: none })))) : null),
      isChange(shown.measure) && !shown.picture.hasComparison ? h("p", { class: "hint", "data-testid": "no-comparison" }, t("comparedNone")) : null,
      shown.measure === "volume" ? h("p", { class: "fine area-hint" }, t("areaHint")) : null,
      ledger(shown));
    announce(`${title}, ${periodText(shown.period, language())}, ${tk("level", shown.level)}: ${volumeText(shown.picture.total_l, language())}`);
  }
  replace(place, h("div", { class: "skeleton tall" }));
  context.on("failed", ({ what, error, retry }) => {
    if (what !== "series") return;
    const action = isRefused(error) ? wayOut(context, () => context.store.set({ region: "" })) : retry && { text: t("retry"), run: retry };
    replace(place, h("div", { "data-testid": "legend-failed" },
      h("p", { class: "hint" }, t("errorSeries"), " ", errorText(error)),
      action ? h("button", { type: "button", class: "button small", onclick: action.run }, action.text) : null));
  });
  context.on("shown", draw);
  context.store.subscribe((_, changed) => {
    if (changed.has("lang") && context.shown) draw(context.shown);
  });
}

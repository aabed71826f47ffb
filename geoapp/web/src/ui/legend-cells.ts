// The legend's parts that are of cells: the balance of the grid, and what hatching means.
import { HATCHES, UNSURE_STEPS } from "../cells";
import type { CellsShown, Context } from "../context";
import { h } from "../dom";
import { added, integer, percent, shareOf, volumeText } from "../format";
import { language, t } from "../i18n";
import { monthsOf } from "../periods";

/** recorded = in cells + unassigned + outside; what is in none can be asked about. */
export function cellLedger(context: Context, { stats, period }: CellsShown): HTMLElement | null {
  if (!stats) return null;
  const known = new Set(monthsOf(period, stats.months.map((each) => each.month)));
  const sum = (name: "recorded_l" | "assigned_l" | "unassigned_l" | "outside_l" | "by_area_l" | "in_townships_l") => added(stats.months.filter((each) => known.has(each.month)).map((each) => each[name]));
  const total = sum("recorded_l");
  // What counts at its district only lies in cells, and in no township's figure.
  const above = (sum("assigned_l") ?? 0) - (sum("in_townships_l") ?? 0);
  const lang = language();
  const row = (name: string, litres: number | null, key: string, kind: string, explain = "") =>
    h("div", { class: `ledger-row ${kind}`, "data-testid": `cells-${key}`, "data-litres": litres ?? "" },
      explain ? h("button", { type: "button", class: "crumb", onclick: () => context.store.set({ explain }) }, name) : h("span", {}, name),
      h("span", { class: "num" }, volumeText(litres, lang)), h("span", { class: "num share" }, percent(shareOf(litres, total))));
  return h("div", { class: "ledger", "data-testid": "cells-ledger", title: t("ledgerHint") },
    h("div", { class: "ledger-bar", "aria-hidden": "true" }, h("i", { style: `width:${(shareOf(sum("assigned_l"), total) ?? 0) * 100}%` })),
    row(t("recorded"), total, "recorded", "sum"),
    row(t("onMap", { level: t("level_grid") }), sum("assigned_l"), "assigned", ""),
    row(t("byArea"), sum("by_area_l"), "by-area", "part"),
    sum("unassigned_l") ? row(t("gap_unassigned"), sum("unassigned_l"), "unassigned", "gap", "unit/unassigned") : null,
    sum("outside_l") ? row(t("gap_outside"), sum("outside_l"), "outside", "gap", "unit/outside") : null,
    above > 0 ? h("p", { class: "fine", "data-testid": "cells-above", "data-litres": above }, t("gridAbove", { v: volumeText(above, lang), l: integer(above) })) : null);
}

/** What each hatching means. */
export function unsureTexts(): string[] {
  const [low, high] = UNSURE_STEPS.map((each) => each * 100);
  return [t("unsureLow", { low }), t("unsureMiddle", { low, high }), t("unsureHigh", { high })];
}

/** The switch of uncertainty, and while it is on what the lines mean. */
export function unsureSwitch(context: Context): HTMLElement {
  const { unsure } = context.state;
  const texts = unsureTexts();
  return h("div", { class: "unsure" },
    h("label", { class: "unsure-switch" },
      h("input", { type: "checkbox", checked: unsure, "data-testid": "unsure", onchange: (event: Event) => context.store.set({ unsure: (event.target as HTMLInputElement).checked }) }),
      h("span", {}, t("unsure")), h("span", { class: "switch", "aria-hidden": "true" })),
    unsure ? h("ul", { class: "classes", "data-testid": "unsure-legend" }, texts.map((text, i) => h("li", {}, h("i", { class: `swatch ${HATCHES[i]}` }), h("span", {}, text)))) : null);
}

// Parts of the panel of an area that are drawn from one answer: figures, what it is of and for, regions, the balance, what is not known.
import type { AreaTotals, ComparedArea } from "../api";
import type { Context } from "../context";
import { h, replace } from "../dom";
import { area, change, density, integer, percent, periodText, shareOf, volume, volumeText } from "../format";
import { language, listed, t, term, tk, words } from "../i18n";
import { OTHER_COLOR, PURPOSE_COLORS, SOURCE_COLORS } from "../ui/colors";
import { provisionalNote } from "../ui/drawer-parts";
import { filterWords } from "../ui/filters";
import { redrawnNote } from "../ui/redrawn";
import type { Kind } from "./shape";

/** What an area is called on the page; of regions by their names in its language. */
export function nameOf(context: Context, kind: Kind, totals: AreaTotals | null): string {
  if (kind === "view" || !totals) return tk("areaName", kind);
  if (totals.area.kind !== "regions") return words(totals.area.name);
  const names = totals.meets.map(({ code, name }) => context.nameOf(code, name));
  return names.length > 3 ? t("areaMany", { names: listed(names.slice(0, 3)), n: names.length }) : listed(names);
}

function figure(label: string, value: string, unit = "", kind = ""): HTMLElement {
  return h("div", { class: `figure ${kind}` }, h("dt", {}, label), h("dd", {}, h("b", { class: "num" }, value), unit ? h("small", {}, unit) : null));
}
function beside(label: string, told: ComparedArea): HTMLElement {
  const direction = told.change === null ? "" : told.change > 0.0005 ? "up" : told.change < -0.0005 ? "down" : "";
  return figure(label, change(told.change), "", `change ${direction}`);
}

export function figures(place: HTMLElement, context: Context, totals: AreaTotals): void {
  const lang = language();
  const total = volume(totals.volume_l, lang);
  const dense = totals.m3_per_km2 === null ? null : density(totals.m3_per_km2, lang);
  const nothing = totals.volume_l === null && totals.facilities.every(({ count }) => !count);
  replace(place,
    h("div", { class: "hero" },
      h("p", {}, [periodText(context.state.period, lang), filterWords(context) || t("total")].join(" · ")),
      h("div", { class: "hero-value", "data-testid": "area-total", "data-litres": totals.volume_l ?? "" }, h("b", { class: "num" }, total.number), h("span", {}, total.unit))),
    h("dl", { class: "figure-grid" },
      beside(t("changePrevious"), totals.previous),
      beside(t("changeYear"), totals.year),
      figure(t("areaShare"), percent(totals.share_of_city)),
      figure(t("per_km2"), dense?.number ?? "—", dense?.unit),
      figure(t(totals.area.kind === "regions" ? "areaFigure" : "areaInCity"), area(totals.area.area_km2).replace(" km²", ""), "km²"),
      totals.area.kind === "regions" ? figure(t("areaCount"), integer(totals.parts.length)) : totals.rule.cells === null ? null : figure(t("areaCells"), integer(totals.rule.cells), `${totals.rule.size} m`)),
    !totals.rule.known ? null : nothing ? h("p", { class: "hint", "data-testid": "area-empty" }, t("areaEmpty"))
      : totals.volume_l === null ? h("p", { class: "hint", "data-testid": "area-no-litres" }, t("noRecords")) : null,
    provisionalNote(totals, context.state.period),
    redrawnNote(context, totals.redrawn));
}

/** Sources, or purposes: the most first; what is not known is left out. */
export function terms(place: HTMLElement, context: Context, totals: AreaTotals, of: "source" | "purpose"): void {
  const lang = language();
  const colors = of === "source" ? SOURCE_COLORS : PURPOSE_COLORS;
  const found: { code: string; volume_l: number | null }[] = of === "source"
    ? totals.by_source.map(({ source, volume_l }) => ({ code: source, volume_l })) : totals.by_purpose.map(({ purpose, volume_l }) => ({ code: purpose, volume_l }));
  const rows = found.filter((row): row is { code: string; volume_l: number } => row.volume_l !== null).sort((a, b) => b.volume_l - a.volume_l);
  place.hidden = !rows.length;
  replace(place,
    h("h3", {}, t(of === "source" ? "areaSources" : "byPurpose")),
    h("div", { class: "parts-bar", "aria-hidden": "true" }, rows.map((row) => h("i", { style: `flex:${Math.max(0, row.volume_l)};background:${colors[row.code] ?? OTHER_COLOR}` }))),
    h("ul", { class: "parts" }, rows.map((row) => {
      const told = volume(row.volume_l, lang);
      return h("li", { "data-testid": `area-${of}`, "data-term": row.code, "data-litres": row.volume_l },
        h("i", { style: `background:${colors[row.code] ?? OTHER_COLOR}` }), h("span", {}, term(context.meta, of, row.code)),
        h("span", { class: "num" }, `${told.number} `, h("small", {}, told.unit)), h("span", { class: "num share" }, percent(shareOf(row.volume_l, totals.volume_l))));
    })));
}

const FIRST = 12; // regions that are shown at once
/** Each region with its figure; of a drawn shape the townships with what of them lies in it. */
export function regions(place: HTMLElement, context: Context, totals: AreaTotals, drop: ((code: string) => void) | null): void {
  const lang = language();
  const row = (part: AreaTotals["parts"][number]): HTMLElement => {
    const told = volume(part.volume_l, lang);
    const name = context.nameOf(part.code, part.name);
    return h("li", { "data-testid": "area-part", "data-code": part.code, "data-litres": part.volume_l ?? "" },
      h("span", {}, name, part.parent && part.level !== "district" ? h("small", {}, ` ${context.nameOf(part.code.slice(0, 6), part.parent)}`) : null),
      h("span", { class: "num" }, `${told.number} `, h("small", {}, told.unit)),
      h("span", { class: "num share" }, percent(part.share)),
      drop ? h("button", { type: "button", class: "icon-button", value: part.code, "aria-label": t("areaRemove", { name }), title: t("areaRemove", { name }), "data-testid": "area-drop", onclick: () => drop(part.code) }, "×") : null);
  };
  place.hidden = !totals.parts.length;
  const list = h("ul", { class: `area-parts${drop ? " drops" : ""}` }, totals.parts.slice(0, FIRST).map(row));
  const rest = totals.parts.slice(FIRST);
  const more = h("button", { type: "button", class: "button small", "data-testid": "area-more", onclick: () => { list.append(...rest.map(row)); more.remove(); } }, t("showAll", { n: totals.parts.length }));
  replace(place,
    h("h3", {}, t(totals.area.kind === "regions" ? "areaRegions" : "areaTownships")), list, rest.length ? more : null,
    totals.area.once.length ? h("p", { class: "fine" }, t("areaOnce", { names: listed(totals.area.once) })) : null);
}

/** What the whole city's litres are beside this area's, and how it was counted. */
export function method(place: HTMLElement, totals: AreaTotals): void {
  const lang = language();
  const { rule, balance } = totals;
  const { cut } = rule;
  const litres = (value: number): string => volumeText(value, lang);
  const lines = (["area_l", "elsewhere_l", "unassigned_l", "outside_l", "recorded_l"] as const).filter((part) => balance[part] !== null);
  replace(place,
    h("h3", {}, t("areaMethod")),
    h("p", { class: "area-rule", "data-testid": "area-rule" }, words(rule)),
    rule.share_by_area ? h("p", { class: "fine", "data-testid": "area-by-area" }, t("areaByArea", { share: percent(rule.share_by_area) })) : null,
    cut?.cells ? h("p", { class: "fine", "data-testid": "area-cut", "data-counted": cut.counted_l, "data-left": cut.left_l },
      t("areaCut", { n: integer(cut.cells), a: litres(cut.counted_l), al: integer(cut.counted_l), b: litres(cut.left_l), bl: integer(cut.left_l) })) : null,
    rule.known ? h("dl", { class: "area-balance" }, lines.map((part) => [h("dt", {}, tk("areaBalance", part)), h("dd", { class: "num", "data-testid": `balance-${part}`, "data-litres": balance[part] }, litres(balance[part]!))])) : null,
    totals.period.missing.length ? h("p", { class: "fine" }, t("monthsWithout", { months: listed(totals.period.missing) })) : null,
    rule.known && rule.size !== null && (balance.unassigned_l || balance.outside_l) ? h("p", { class: "fine" }, t("areaUnknown")) : null);
}

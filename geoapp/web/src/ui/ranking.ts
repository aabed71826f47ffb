// The ranking of a region's children: by the measure on the map, click to go there.
import type { RegionDetail, Series } from "../api";
import { type Context } from "../context";
import { h } from "../dom";
import { added, percent, shareOf, volumeText } from "../format";
import { language, t, tk } from "../i18n";
import { ENTRIES } from "../measures";
import type { Measure } from "../state";
import { regionValue } from "../values";
import { redraw } from "./choices";
import { markOf, totalNotes } from "./printed";

const SHORT = 8;
/** Differences have a list of their own (see compare.ts): beside it the parts are in the order of their amounts. */
const ranked = (measure: Measure): Measure => (measure === "difference" ? "volume" : measure);
interface Row { code: string; name: string; volume_l: number | null; by: number | null }

export function mountRanking(place: HTMLElement, context: Context, select: (code: string) => void) {
  let all = false;
  let of = "";
  let last: [RegionDetail | null, Series | null, number | null] | null = null;

  function rowsOf(detail: RegionDetail, series: Series | null): Row[] {
    const { period, measure, versus } = context.state;
    const index = series && new Map(series.codes.map((code, i) => [code, i]));
    return detail.children.map((child) => {
      const value = index?.has(child.code) ? regionValue(series!, child.code, period, measure, versus) : null;
      const figures = value ?? { ...child, before_l: child.previous_l };
      return { code: child.code, name: context.nameOf(child.code, child.name), volume_l: figures.volume_l, by: ENTRIES[ranked(measure)].of(figures) };
    }).sort((a, b) => (b.by ?? -Infinity) - (a.by ?? -Infinity) || a.code.localeCompare(b.code));
  }
  function text(row: Row): [string, string] {
    const { number, unit } = ENTRIES[ranked(context.state.measure)].told(row.by);
    return [number, unit];
  }

  function draw(detail: RegionDetail | null, series: Series | null, own: number | null): void {
    last = [detail, series, own];
    if (!detail) return;
    if (of !== detail.code) {
      of = detail.code;
      all = false;
    }
    const child = context.childOf(detail.code);
    place.hidden = !child || !detail.children.length;
    if (place.hidden) return;
    const { measure } = context.state;
    const rows = rowsOf(detail, series);
    const most = Math.max(...rows.map((row) => Math.abs(row.by ?? 0)), 1e-9);
    const placed = added(rows.map((row) => row.volume_l)) ?? 0;
    // The sum that shares are of is that of the region; the notes are of the city's.
    const notes = detail.code === context.city ? totalNotes(series?.notes, context.state.period) : [];
    const left = series ? (own ?? 0) - placed : detail.not_at_child_level_l;
    redraw(place,
      h("h3", {}, t("rankingOf", { level: tk("level", child!) }), h("small", {}, tk("measure", measure))),
      h("ol", { class: "ranking", "data-testid": "ranking" },
        rows.slice(0, all ? undefined : SHORT).map((row, i) => {
          const [number, unit] = text(row);
          return h("li", {}, h("button", { type: "button", class: "rank", value: row.code, "data-code": row.code, "data-litres": row.volume_l ?? "", onclick: () => select(row.code) },
            h("span", { class: "rank-no num" }, i + 1),
            h("span", { class: "rank-name" }, row.name),
            h("span", { class: measure === "volume" ? "rank-value num" : "rank-value num alone" }, number, " ", h("small", {}, unit)),
            measure === "volume" ? h("span", { class: "rank-share num" }, percent(shareOf(row.volume_l, own))) : null,
            h("span", { class: "rank-bar", "aria-hidden": "true" }, h("i", { class: (row.by ?? 0) < 0 ? "less" : "", style: `width:${(Math.abs(row.by ?? 0) / most) * 100}%` }))));
        })),
      rows.length > SHORT ? h("button", { type: "button", class: "button small", value: "all", "data-testid": "ranking-all", onclick: () => { all = !all; if (last) draw(...last); } },
        all ? t("showLess") : t("showAll", { n: rows.length })) : null,
      measure === "volume" && own ? h("p", { class: "fine", "data-testid": "ranking-base" }, t("shareBase", { v: volumeText(own, language()) }), markOf(notes)) : null,
      left > 0 ? h("p", { class: "hint", "data-testid": "not-at-child", "data-litres": left }, t("notAtChild", { v: volumeText(left, language()), level: tk("level", child!) })) : null,
      h("p", { class: "fine" }, t("rankNote")));
  }
  return { draw };
}

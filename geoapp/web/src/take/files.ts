// Where the files behind a view lie: the table of what is coloured, and the objects that are on. They are the addresses of
// `/feeds/`, with the same period, filters and place that the map asks for, so that the figures are the same ones.
import { type Bounds, query } from "../api";
import type { Context } from "../context";
import { inLanguage, language } from "../i18n";
import { comparedWith, spanOf } from "../periods";
import { serialise, type State } from "../state";
import { isTwoSided } from "../measures";
import { layerQuery } from "../where";

/** What part of the city is taken: all of it, the region that is selected, the area that totals are of, or what lies in the window. */
export type Scope = "city" | "region" | "area" | "view";
/** Rows that a workbook may have; the server refuses more. */
export const WORKBOOK_MOST = 200_000;

const placeOf = ({ state }: Context, scope: Scope, view: Bounds | null): Record<string, string> =>
  scope === "area" ? { area: state.area } : scope === "region" && state.region ? { region: state.region } : scope === "view" && view ? { bbox: view.map((each) => each.toFixed(5)).join(",") } : {};

/** The layer whose regions or cells the map colours now; of an area of finer regions theirs, as no coarser one lies in it. */
export function tableLayer(context: Context, scope: Scope = "city"): string {
  const { cells, shown, level, state } = context;
  const now = cells?.layer.id ?? shown?.level ?? level;
  if (scope !== "area" || !state.area.startsWith("regions:")) return now;
  const finest = Math.max(...state.area.slice(8).split(",").map((code) => context.levels.indexOf(context.levelOf(code) as never)));
  const at = cells ? context.levels.indexOf("township") : context.levels.indexOf(now as never);
  return finest > at ? context.levels[finest] : now;
}

/** Of a comparison the months that both periods have, as the map compares them. */
function periodsOf({ state, meta, cells }: Context): Record<string, string> {
  const { period, measure, versus } = state;
  if (!isTwoSided(measure)) return { period: cells?.period ?? period };
  const pairs = comparedWith(period, measure, meta.months, versus);
  const [now, before] = [spanOf(pairs.now), spanOf(pairs.before)];
  return now && before ? { period: now, versus: before } : { period };
}

/** The figures behind the map; the words of their headings are the page's. */
export function tableUrl(context: Context, form: "csv" | "xlsx", scope: Scope, view: Bounds | null): string {
  const { source, purpose, resident, boundaries } = context.filters;
  return `/feeds/${tableLayer(context, scope)}.${form}` + query({ ...periodsOf(context), source, purpose, resident, boundaries, ...placeOf(context, scope, view), geometry: "none", lang: language() });
}

/** The objects of a layer with its conditions. */
export function objectsUrl(context: Context, layer: string, form: "geojson" | "gpkg", scope: Scope, view: Bounds | null): string {
  const conditions = layerQuery(context.state.where, layer);
  const place = query(placeOf(context, scope, view));
  return `/feeds/${layer}.${form}${conditions}${conditions ? place.replace("?", "&") : place}`;
}

export const reportUrl = ({ state, city }: Context): string =>
  inLanguage("/reports/" + query({ region: state.region || city, period: state.period, boundaries: state.boundaries }));

/** The address of this view, alone in a frame or whole. */
export function viewUrl({ state, store }: Context, embed: boolean): string {
  const here: State = { ...state, embed, explain: "", details: "", drawer: true };
  return new URL(serialise(here, store.defaultPeriod) || "/", location.origin + location.pathname).href;
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
/** What to paste into another page. */
export const frameText = (context: Context, title: string): string =>
  `<iframe src="${escaped(viewUrl(context, true))}" title="${escaped(title)}" width="100%" height="520" style="border:1px solid #ddd" loading="lazy" allowfullscreen></iframe>`;

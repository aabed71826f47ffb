// Which level the map shows: pinned, or by zoom; a selected region that fills the view shows its children.
import { CELLS_FROM } from "../cells";
import type { Context, MapLevel } from "../context";
import { ENTRIES } from "../measures";

export const TOWNSHIP_FROM = 9;
export const VILLAGE_FROM = 11.5;

export function levelAt(zoom: number, context: Context, fitZoom: number | null): MapLevel {
  const { level } = context.state;
  // Below a layer's first zoom there are no tiles: a pin waits until there are.
  const possible = (each: MapLevel) => zoom >= (context.layer(each)?.min_zoom ?? Infinity);
  // Under cells lie the townships they are parts of.
  if (level === "grid" && zoom >= CELLS_FROM && !ENTRIES[context.state.measure].regionsOnly) return "township";
  const { levels } = context;
  const wanted = level === "auto" || level === "grid" ? byZoom(zoom, context, fitZoom) : level;
  for (let rank = levels.indexOf(wanted); rank > 0; rank--) if (possible(levels[rank])) return levels[rank];
  return context.first;
}

function byZoom(zoom: number, context: Context, fitZoom: number | null): MapLevel {
  const { levels, first } = context;
  const { region } = context.state;
  const byZoom: MapLevel = zoom >= VILLAGE_FROM ? "village" : zoom >= TOWNSHIP_FROM ? "township" : first;
  const child = region ? context.childOf(region) : undefined;
  if (!child || fitZoom === null || zoom < fitZoom - 0.4) return byZoom;
  return levels[Math.max(levels.indexOf(byZoom), levels.indexOf(child))];
}

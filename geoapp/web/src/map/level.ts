// Which level the map shows: pinned, or by zoom; a selected region that fills the view shows its children.
import { CELLS_FROM } from "../cells";
import type { Context, MapLevel } from "../context";
import { CHILD, levelOf } from "../context";

export const TOWNSHIP_FROM = 9;
export const VILLAGE_FROM = 11.5;
const RANK: MapLevel[] = ["district", "township", "village"];

export function levelAt(zoom: number, context: Context, fitZoom: number | null): MapLevel {
  const { level, region } = context.state;
  // Below a layer's first zoom there are no tiles: a pin waits until there are.
  const possible = (each: MapLevel) => zoom >= (context.layer(each)?.min_zoom ?? Infinity);
  // Under cells lie the townships they are parts of.
  if (level === "grid" && zoom >= CELLS_FROM) return "township";
  const wanted = level === "auto" || level === "grid" ? byZoom(zoom, region, fitZoom) : level;
  for (let rank = RANK.indexOf(wanted); rank > 0; rank--) if (possible(RANK[rank])) return RANK[rank];
  return "district";
}

function byZoom(zoom: number, region: string, fitZoom: number | null): MapLevel {
  const byZoom: MapLevel = zoom >= VILLAGE_FROM ? "village" : zoom >= TOWNSHIP_FROM ? "township" : "district";
  const child = region ? CHILD[levelOf(region)] : undefined;
  if (!child || fitZoom === null || zoom < fitZoom - 0.4) return byZoom;
  return RANK[Math.max(RANK.indexOf(byZoom), RANK.indexOf(child))];
}

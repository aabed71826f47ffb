// Where in the order of what is drawn something belongs.
import type { Map as GlMap } from "maplibre-gl";

/** The lowest layer whose name begins so, of several beginnings the first that there is. */
export function firstWith(map: GlMap, beginnings: readonly string[]): string | undefined {
  const order = map.getLayersOrder();
  for (const beginning of beginnings) {
    const found = order.find((id) => id.startsWith(beginning));
    if (found) return found;
  }
  return undefined;
}

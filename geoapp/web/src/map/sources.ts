// Where what the map draws is from, as text.
import type { Map as GlMap } from "maplibre-gl";

/** What is told of the origin of all that is drawn, once each. */
export function sourcesOf(map: GlMap): string[] {
  const shown = new Set(map.getStyle().layers.flatMap((layer) => ("source" in layer && map.getLayoutProperty(layer.id, "visibility") !== "none" ? [layer.source] : [])));
  const texts = [...shown].flatMap((id) => map.getSource(id)?.attribution ?? []);
  const plain = texts.map((text) => new DOMParser().parseFromString(text, "text/html").body.textContent ?? "");
  return [...new Set(plain.filter(Boolean))];
}

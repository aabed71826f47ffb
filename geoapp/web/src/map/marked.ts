// An object marked on a map: a ring around its badge, the outline of an area; of a permit or its holder all that is theirs.
import type { GeoJSONSource, Map as GlMap } from "maplibre-gl";
import type { Bounds } from "../api";
import type { Marks } from "../object-view";
import { badge, iconId } from "./icons";

const SOURCE = "marked";
/** The layer whose features are objects, by `layer` and `code`. */
export const MARKED = "marked-icon";
const RING = "#d98a1f", WHITE = "#ffffff";

const LAYERS = ["area", "edge", "line", "halo", "ring", "icon"].map((part) => `${SOURCE}-${part}`);
/** Whatever is drawn later, names of another level for one, lies below. */
function raise(map: GlMap): void {
  if (map.getLayer(MARKED) && map.getLayersOrder().at(-1) !== MARKED) for (const id of LAYERS) map.moveLayer(id);
}
const rise = ({ target }: { target: GlMap }): void => raise(target);

export function mark(map: GlMap, { objects, geometry }: Marks): void {
  for (const { layer } of objects) if (!map.hasImage(iconId(layer))) map.addImage(iconId(layer), badge(layer), { pixelRatio: 2 });
  const each = geometry.type === "MultiPoint" ? geometry.coordinates.map((coordinates): GeoJSON.Geometry => ({ type: "Point", coordinates })) : [geometry];
  const features = each.map((place, i) => ({ type: "Feature" as const, geometry: place, properties: { icon: iconId(objects[i].layer), color: objects[i].layer.color, layer: objects[i].layer.id, code: objects[i].code } }));
  const data = { type: "FeatureCollection" as const, features };
  const before = map.getSource<GeoJSONSource>(SOURCE);
  if (before) before.setData(data);
  else {
    map.addSource(SOURCE, { type: "geojson", data });
    const size = features.length > 1 ? 0.8 : 1;
    map.addLayer({ id: "marked-area", type: "fill", source: SOURCE, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ["get", "color"], "fill-opacity": 0.22 } });
    map.addLayer({ id: "marked-edge", type: "line", source: SOURCE, filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": WHITE, "line-width": 6, "line-opacity": 0.85 } });
    map.addLayer({ id: "marked-line", type: "line", source: SOURCE, filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": ["get", "color"], "line-width": 2.5 } });
    map.addLayer({ id: "marked-halo", type: "circle", source: SOURCE, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 20 * size, "circle-color": WHITE, "circle-opacity": 0.85 } });
    map.addLayer({ id: "marked-ring", type: "circle", source: SOURCE, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 15 * size, "circle-color": WHITE, "circle-stroke-color": RING, "circle-stroke-width": 3 } });
    map.addLayer({ id: MARKED, type: "symbol", source: SOURCE, filter: ["==", ["geometry-type"], "Point"], layout: { "icon-image": ["get", "icon"], "icon-size": size, "icon-allow-overlap": true, "icon-ignore-placement": true } });
    map.on("styledata", rise);
  }
  raise(map);
}
export function unmark(map: GlMap): void {
  if (!map.getSource(SOURCE)) return;
  map.off("styledata", rise);
  for (const id of LAYERS) map.removeLayer(id);
  map.removeSource(SOURCE);
}

export function boundsOf(geometry: GeoJSON.Geometry): Bounds {
  const box: Bounds = [180, 90, -180, -90];
  const visit = (part: unknown): void => {
    if (Array.isArray(part) && typeof part[0] === "number") {
      const [x, y] = part as number[];
      box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y); box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
    } else if (Array.isArray(part)) part.forEach(visit);
  };
  if (geometry.type !== "GeometryCollection") visit(geometry.coordinates);
  return box;
}

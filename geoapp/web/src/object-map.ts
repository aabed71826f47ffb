// The small map on an object's page: the divisions around, and the object itself from the answer we have; of a permit, what it permits.
import type { Map as GlMap } from "maplibre-gl";
import { type Meta, objectPage } from "./api";
import { language, t } from "./i18n";
import { createMap, FONT, sourceUrl } from "./map/create";
import { boundsOf, mark, MARKED } from "./map/marked";
import type { Marks } from "./object-view";
import { cameFrom } from "./ui/object-link";

export function smallMap(place: HTMLElement, meta: Meta, marks: Marks): void {
  const box = boundsOf(marks.geometry);
  const map = createMap(place, box, { small: true, label: t("location") });
  map.on("load", () => {
    divisions(map, meta);
    mark(map, marks);
    const { geometry } = marks;
    const points = geometry.type === "Point" ? [geometry.coordinates] : geometry.type === "MultiPoint" ? geometry.coordinates : null;
    if (points?.length === 1) map.jumpTo({ center: points[0] as [number, number], zoom: 11.5 });
    else if (points) map.fitBounds(box, { padding: 40, maxZoom: 13, animate: false });
    if (geometry.type === "MultiPoint") map.on("click", MARKED, ({ features: hit }) => { if (hit?.[0]) location.href = objectPage(String(hit[0].properties.layer), String(hit[0].properties.code), language(), cameFrom()); });
    document.documentElement.dataset.ready = "1";
  });
}

function divisions(map: GlMap, meta: Meta): void {
  for (const id of ["district", "township"]) {
    const each = meta.layers.find((candidate) => candidate.id === id);
    if (!each) continue;
    map.addSource(id, { type: "vector", url: sourceUrl(each) });
    if (id === "district") map.addLayer({ id: "land", type: "fill", source: id, "source-layer": id, paint: { "fill-color": "#fffefb" } });
    map.addLayer({ id: `line-${id}`, type: "line", source: id, "source-layer": id, paint: { "line-color": id === "district" ? "#8fa3a8" : "#cfd6d4", "line-width": id === "district" ? 1.6 : 0.8 } });
  }
  for (const id of ["township", "district"]) {
    if (!map.getSource(id)) continue;
    map.addLayer({ id: `label-${id}`, type: "symbol", source: id, "source-layer": `${id}_label`, layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": id === "district" ? 14 : 12 }, paint: { "text-color": "#5c6b72", "text-halo-color": "#ffffff", "text-halo-width": 1.4 } });
  }
}

// Where the rows of a file lie: over the divisions, by what would become of them.
import "maplibre-gl/dist/maplibre-gl.css";
import { type Map as GlMap, Popup } from "maplibre-gl";
import type { Bounds } from "./api";
import { pageLanguage, setLanguage } from "./i18n";
import { createMap, FONT } from "./map/create";

const CHINA: Bounds = [73, 17, 136, 54];
const DIVISIONS = [{ id: "district", minzoom: 0, width: 1.5, text: 14 }, { id: "township", minzoom: 8, width: 0.8, text: 11 }] as const;
const COLOURS = ["match", ["get", "kind"], "new", "#1f7a8c", "changed", "#d98a1f", "refused", "#b4452c", "#a9b4b6"] as const;
type Places = GeoJSON.FeatureCollection<GeoJSON.Point, { row: number; code: string; kind: string }> & { sampled: boolean; count: number };

const tilejson = (layer: string): string => new URL(`/tiles/${layer}.json`, location.href).href;

function boundsOf(places: Places): Bounds {
  const box: Bounds = [180, 90, -180, -90];
  for (const { geometry: { coordinates: [x, y] } } of places.features) {
    box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y); box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
  }
  return box[0] <= box[2] ? box : CHINA;
}

function draw(map: GlMap, places: Places): void {
  for (const { id, minzoom, width } of DIVISIONS) {
    map.addSource(id, { type: "vector", url: tilejson(id) });
    map.addLayer({ id: `line-${id}`, type: "line", source: id, "source-layer": id, minzoom, paint: { "line-color": "#8fa3a8", "line-width": width } });
  }
  map.addSource("places", { type: "geojson", data: places });
  map.addLayer({ id: "places", type: "circle", source: "places", paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 3, 14, 6], "circle-color": COLOURS as never, "circle-stroke-color": "#fff", "circle-stroke-width": 1 } });
  for (const { id, minzoom, text } of DIVISIONS) {
    map.addLayer({ id: `label-${id}`, type: "symbol", source: id, "source-layer": `${id}_label`, minzoom, layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": text }, paint: { "text-color": "#5c6b72", "text-halo-color": "#fff", "text-halo-width": 1.4 } });
  }
}

async function start(box: HTMLElement): Promise<void> {
  setLanguage(pageLanguage());
  const answer = await fetch(box.dataset.places!);
  if (!answer.ok) throw new Error(String(answer.status));
  const places = (await answer.json()) as Places;
  const bounds = boundsOf(places);
  const map = createMap(box, bounds, { small: true, label: box.dataset.label! });
  await map.once("load");
  draw(map, places);
  map.fitBounds(bounds, { padding: 40, maxZoom: 14, animate: false });
  map.on("click", "places", (event) => {
    const { row, code, kind } = event.features![0].properties as { row: number; code: string; kind: string };
    const told = [box.dataset.row!.replace("{}", String(row)), code, box.parentElement!.querySelector<HTMLElement>(`[data-kind="${kind}"]`)?.textContent ?? ""];
    new Popup({ closeButton: false }).setLngLat(event.lngLat).setText(told.filter(Boolean).join(" · ")).addTo(map);
  });
  if (places.sampled) box.parentElement!.querySelector<HTMLElement>("[data-sample]")!.textContent = `${box.dataset.sampled} ${places.features.length} / ${places.count}`;
  map.once("idle", () => { box.dataset.ready = "1"; });
}

for (const box of document.querySelectorAll<HTMLElement>("[data-places]")) start(box).catch((error: unknown) => { console.warn("map", error); box.closest("section")!.hidden = true; });

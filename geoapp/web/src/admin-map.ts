// Maps of the administration's forms: an object on our own tiles. A point is set by a click or by dragging its mark;
// the inputs beside it are what is sent, so the form works without this script too.
import "maplibre-gl/dist/maplibre-gl.css";
import { type GeoJSONSource, LngLat, type Map as GlMap, Marker } from "maplibre-gl";
import type { Bounds } from "./api";
import { pageLanguage, setLanguage, t } from "./i18n";
import { createMap, FONT } from "./map/create";

const CHINA: Bounds = [73, 17, 136, 54];
const DIVISIONS = [
  { id: "district", minzoom: 0, line: "#8fa3a8", width: 1.6, text: 14 },
  { id: "township", minzoom: 7, line: "#b9c5c5", width: 0.9, text: 12 },
  { id: "village", minzoom: 11, line: "#d8dedb", width: 0.7, text: 11 },
] as const;
const INK = "#c0392b";
const NONE: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

const tilejson = (layer: string): string => new URL(`/tiles/${layer}.json`, location.href).href;
const degrees = (value: number): string => String(Math.round(value * 1e7) / 1e7);

/** The box of whatever coordinates are in there; null for none. */
function boundsOf(part: unknown): Bounds | null {
  const box: Bounds = [180, 90, -180, -90];
  const visit = (each: unknown): void => {
    if (Array.isArray(each) && typeof each[0] === "number") {
      const [x, y] = each as number[];
      box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y); box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
    } else if (each && typeof each === "object") Object.values(each).forEach(visit);
  };
  visit(part);
  return box[0] <= box[2] ? box : null;
}

async function cityBounds(): Promise<Bounds> {
  try {
    const answer = await fetch(tilejson("district"));
    const found: unknown = answer.ok ? (await answer.json()).bounds : null;
    return Array.isArray(found) ? (found as Bounds) : CHINA;
  } catch {
    return CHINA;
  }
}

async function isListed(layer: string): Promise<boolean> {
  try {
    const meta = (await (await fetch("/api/meta")).json()) as { layers: { id: string }[] };
    return meta.layers.some(({ id }) => id === layer);
  } catch {
    return false;
  }
}

function drawDivisions(map: GlMap): void {
  for (const { id, minzoom } of DIVISIONS) {
    map.addSource(id, { type: "vector", url: tilejson(id) });
    // Filled with nothing or with paper: the fill is what tells which division a point is in.
    map.addLayer({ id: `land-${id}`, type: "fill", source: id, "source-layer": id, minzoom, paint: { "fill-color": "#fffefb", "fill-opacity": id === "district" ? 1 : 0 } });
  }
  for (const { id, minzoom, line, width } of [...DIVISIONS].reverse()) map.addLayer({ id: `line-${id}`, type: "line", source: id, "source-layer": id, minzoom, paint: { "line-color": line, "line-width": width } });
}
function drawLabels(map: GlMap): void {
  for (const { id, minzoom, text } of [...DIVISIONS].reverse()) {
    map.addLayer({ id: `label-${id}`, type: "symbol", source: id, "source-layer": `${id}_label`, minzoom, layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": text }, paint: { "text-color": "#5c6b72", "text-halo-color": "#ffffff", "text-halo-width": 1.4 } });
  }
}
/** The other objects of the kind, faintly; of a layer that is closed to everybody tiles are not served. */
async function drawNeighbours(map: GlMap, layer: string): Promise<void> {
  if (!layer || !(await isListed(layer))) return;
  map.addSource("neighbours", { type: "vector", url: tilejson(layer) });
  const source = { source: "neighbours", "source-layer": layer };
  if (layer === "supply_area") map.addLayer({ id: "neighbours", type: "line", ...source, paint: { "line-color": "#7fb2c4", "line-width": 0.8 } });
  else map.addLayer({ id: "neighbours", type: "circle", ...source, minzoom: 11, filter: ["has", "code"], paint: { "circle-radius": 3.5, "circle-color": "#6c8a96", "circle-opacity": 0.55 } });
}
function drawObject(map: GlMap, geometry: GeoJSON.Geometry | null): void {
  map.addSource("object", { type: "geojson", data: geometry ?? NONE });
  map.addLayer({ id: "object-fill", type: "fill", source: "object", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": INK, "fill-opacity": 0.18 } });
  map.addLayer({ id: "object-line", type: "line", source: "object", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": INK, "line-width": 2 } });
  map.addLayer({ id: "object-point", type: "circle", source: "object", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": INK, "circle-radius": 6.5, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } });
}
function show(map: GlMap, box: Bounds | null): void {
  if (!box) return;
  if (box[0] === box[2] && box[1] === box[3]) map.jumpTo({ center: [box[0], box[1]], zoom: 13.5 });
  else map.fitBounds(box, { padding: 40, maxZoom: 15, animate: false });
}

/** The inputs and the mark say the same place. */
function editPoint(map: GlMap, box: HTMLElement): void {
  const find = <T extends HTMLElement>(what: string): T => box.querySelector<T>(`[data-${what}]`)!;
  const [lon, lat] = [find<HTMLInputElement>("lon"), find<HTMLInputElement>("lat")];
  const [clear, undo, where] = [find<HTMLButtonElement>("clear"), find<HTMLButtonElement>("undo"), find("where")];
  const first = [lon.value, lat.value] as const;
  const mark = new Marker({ color: INK, draggable: true });
  mark.getElement().setAttribute("aria-label", t("location"));

  const typed = (): LngLat | null => {
    const [x, y] = [Number(lon.value), Number(lat.value)];
    return lon.value.trim() && lat.value.trim() && Math.abs(x) <= 180 && Math.abs(y) <= 85 ? new LngLat(x, y) : null;
  };
  const say = (): void => {
    const at = typed();
    const names = at && map.loaded() ? DIVISIONS.map(({ id }) => map.queryRenderedFeatures(map.project(at), { layers: [`land-${id}`] })[0]?.properties.name).filter(Boolean) : [];
    where.textContent = names.length ? t("placedIn", { names: names.join(" · ") }) : "";
  };
  const draw = (move: boolean): void => {
    const at = typed();
    if (at) mark.setLngLat(at).addTo(map);
    else mark.remove();
    if (at && move) map.jumpTo({ center: at, zoom: Math.max(map.getZoom(), 13.5) });
    undo.hidden = lon.value === first[0] && lat.value === first[1];
    clear.disabled = !lon.value && !lat.value;
    say();
  };
  const set = (at: LngLat): void => {
    lon.value = degrees(at.lng);
    lat.value = degrees(at.lat);
    draw(false);
  };
  map.on("click", (event) => set(event.lngLat));
  mark.on("dragend", () => set(mark.getLngLat()));
  map.on("idle", say);
  for (const input of [lon, lat]) input.addEventListener("change", () => draw(true));
  clear.addEventListener("click", () => { lon.value = lat.value = ""; draw(false); });
  undo.addEventListener("click", () => { [lon.value, lat.value] = first; draw(true); });
  map.getCanvas().style.cursor = "crosshair";
  draw(true);
}

/** Shows what is typed or chosen before it is saved. */
function previewOutline(map: GlMap, box: HTMLElement): void {
  const text = box.querySelector<HTMLTextAreaElement>("[data-text]")!;
  const file = box.querySelector<HTMLInputElement>("[data-file]")!;
  const said = box.querySelector<HTMLElement>("[data-said]")!;
  const preview = (content: string): void => {
    said.textContent = "";
    const given = content.trim() || box.dataset.geometry || "";
    try {
      const parsed = given ? JSON.parse(given) : null;
      map.getSource<GeoJSONSource>("object")!.setData(parsed ?? NONE);
      show(map, boundsOf(parsed?.coordinates ?? parsed?.geometry?.coordinates ?? parsed?.features));
      if (content.trim()) said.textContent = t("newOutline");
    } catch {
      said.textContent = t("noGeoJson");
    }
  };
  text.addEventListener("change", () => preview(text.value));
  file.addEventListener("change", () => { void file.files?.[0]?.text().then(preview); });
  if (text.value) preview(text.value);
}

async function start(box: HTMLElement): Promise<void> {
  const kind = box.dataset.adminMap;
  const geometry: GeoJSON.Geometry | null = box.dataset.geometry ? JSON.parse(box.dataset.geometry) : null;
  const map = createMap(box.querySelector<HTMLElement>(".admin-map-canvas")!, await cityBounds(), { small: true, label: t("map") });
  await map.once("load");
  drawDivisions(map);
  await drawNeighbours(map, box.dataset.layer ?? "");
  drawObject(map, geometry);
  drawLabels(map);
  show(map, boundsOf(geometry));
  if (kind === "point") editPoint(map, box);
  if (kind === "outline") previewOutline(map, box);
  map.once("idle", () => { box.dataset.ready = "1"; });
}

setLanguage(pageLanguage());
for (const box of document.querySelectorAll<HTMLElement>("[data-admin-map]")) {
  start(box).catch((error: unknown) => {
    console.warn("map", error);
    box.querySelector<HTMLElement>(".admin-map-note")!.hidden = false;
  });
}

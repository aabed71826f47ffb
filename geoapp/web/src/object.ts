// The page of one object: every field in words, what it is linked with, where it stands.
import "maplibre-gl/dist/maplibre-gl.css";
import "./styles/index.css";
import "./styles/object.css";
import { ApiError, type Behind, behindUrl, type Bounds, getJson, type LayerInfo, type LinkedObject, type Meta, metaUrl, nearUrl, type Neighbour, objectPage, type ObjectFeature, type ObjectUse, objectUrl, query, recordPage, type TableInfo, useUrl } from "./api";
import { byId, h, icon, replace } from "./dom";
import { fieldText, regionText } from "./fields";
import { isFacility } from "./ground";
import { FIRST, language, setLanguage, t, tk, words } from "./i18n";
import { badge, badgeElement, iconId } from "./map/icons";
import { createMap, FONT, sourceUrl } from "./map/create";
import { showError } from "./ui/notices";
import { parse } from "./state";

const place = byId("object");
const layerId = place.dataset.layer ?? "";
const code = place.dataset.code ?? "";

async function start(): Promise<void> {
  setLanguage(parse(location.search).lang);
  byId("notice").hidden = true;
  try {
    const [meta, feature] = await Promise.all([getJson<Meta>(metaUrl), getJson<ObjectFeature>(objectUrl(layerId, code))]);
    const layer = meta.layers.find((each) => each.id === layerId) ?? meta.tables.find((each) => each.id === layerId);
    if (!layer) throw new ApiError("", 404);
    draw(meta, layer, feature);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return missing(error);
    showError(byId("notice"), error, () => void start());
  }
}

/** What the server says of a layer that is closed or unknown; of an object that is not there, that. */
function missing(error: ApiError): void {
  const text = error.problem.param === "layer" ? error.message : t("objectMissingText", { layer: layerId, code });
  replace(place, h("div", { class: "notice", "data-testid": "missing" }, icon("search", 32), h("h2", {}, t("objectMissing")), h("p", {}, text), back(null)));
}
/** The query of the map that the reader came from. */
const cameFrom = (): string => new URLSearchParams(location.search).get("from") ?? "";
/** The view one step back in the history is the browser's to show again, as it was left, instead of another that begins anew. */
function goBack(event: MouseEvent, from: string): void {
  const before = document.referrer && new URL(document.referrer);
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!before || !isPlain || before.href !== new URL(`/?${from}`, location.href).href) return;
  event.preventDefault();
  history.back();
}
function back(target: string | null): HTMLElement {
  const from = cameFrom();
  if (!target && from) return h("a", { class: "button", href: `/?${from}`, "data-testid": "back", onclick: (event: MouseEvent) => goBack(event, from) }, t("backToView"));
  return h("a", { class: "button", href: target ?? "/" + query({ lang: language() === FIRST ? "" : language() }), "data-testid": "back" }, target ? t("showOnMap") : t("backToMap"));
}

function draw(meta: Meta, layer: LayerInfo | TableInfo, feature: ObjectFeature): void {
  const values = feature.properties;
  const name = String(values.name ?? "") || code;
  const quality = String(values.position_quality ?? values.boundary_quality ?? "");
  // A permit or a holder has no place and no mark of its own: its whole table is made up, or nothing of it.
  const madeUp = quality === "synthetic" || (layer.geometry === "none" && feature.synthetic);
  document.title = `${name} · ${t("app")}`;
  const around = layer.geometry === "none" ? linked(feature).filter((each) => each.lon !== null && each.lon !== undefined) : [];
  replace(place,
    h("header", { class: "object-head" },
      badgeElement(layer, 44),
      h("div", {}, h("p", {}, [tk("stageName", layer.stage), words(layer.title)].filter((part) => part !== "region").join(" · ")), h("h1", { "data-testid": "object-name" }, name)),
      madeUp ? h("span", { class: "tag synthetic", "data-testid": "synthetic" }, t(layer.geometry === "polygon" ? "boundarySynthetic" : layer.geometry === "line" ? "lineSynthetic" : layer.geometry === "none" ? "rowSynthetic" : "syntheticShort")) : null),
    meta.synthetic && (madeUp || meta.synthetic.parts.includes(layer.id)) ? h("p", { class: "synthetic-note", "data-testid": "synthetic-note" }, icon("info", 16), words(meta.synthetic)) : null,
    h("div", { class: "object-grid" },
      h("section", { class: "card" }, h("h2", {}, t("fields")), fields(meta, layer, feature), source(feature), layerId === "permit" ? h("p", { class: "fine" }, h("a", { href: recordPage(code, language()), "data-testid": "recorded" }, t("recordProof"))) : null, layer.geometry === "none" && cameFrom() ? h("p", { class: "ways" }, back(null)) : null),
      layer.geometry === "none" ? (around.length ? h("section", { class: "card" }, h("h2", {}, t("permittedHere")), h("div", { id: "object-map", "data-testid": "object-map" })) : null) : whereabouts(layer as LayerInfo, feature),
      layer.measured ? h("section", { class: "card wide", id: "object-use", "data-testid": "object-use" }, h("h2", {}, t("use")), h("div", { class: "skeleton tall" })) : null,
      feature.geometry?.type === "Point" ? h("section", { class: "card wide", id: "object-near", "data-testid": "object-near" }, h("h2", {}, t("near")), h("div", { class: "skeleton" })) : null,
      h("section", { class: "card wide" }, h("h2", {}, t("links")), links(feature))));
  if (feature.geometry?.type === "Point") void near(meta);
  void behind();
  if (layer.measured) void use(meta);
  if (feature.geometry) map([{ layer: layer as LayerInfo, code }], feature.geometry);
  else if (around.length) map(around.map((each) => ({ layer: meta.layers.find((one) => one.id === each.layer)!, code: each.code })), { type: "MultiPoint", coordinates: around.map((each) => [each.lon!, each.lat!]) });
  else document.documentElement.dataset.ready = "1";
}

function whereabouts(layer: LayerInfo, feature: ObjectFeature): HTMLElement {
  const point = feature.geometry?.type === "Point" ? (feature.geometry.coordinates as [number, number]) : null;
  const region = layer.stage === "region";
  const box = layer.stage === "ground" && feature.geometry ? boundsOf(feature.geometry) : null;
  const onMap = "/" + query({
    lang: language() === FIRST ? "" : language(), layers: isFacility(layer) ? layer.id : "", region: region ? code : "", object: point ? `${layer.id}/${code}` : "",
    map: point ? `${Math.max(layer.detail_zoom + 0.5, 14)}/${point[1].toFixed(5)}/${point[0].toFixed(5)}` : box ? `12/${((box[1] + box[3]) / 2).toFixed(5)}/${((box[0] + box[2]) / 2).toFixed(5)}` : "",
  }).replaceAll("%2F", "/");
  return h("section", { class: "card" }, h("h2", {}, t("location")),
    feature.geometry ? h("div", { id: "object-map", "data-testid": "object-map" }) : h("p", { class: "hint" }, t("noPosition")),
    point ? h("p", { class: "fine num" }, `${point[0].toFixed(6)}, ${point[1].toFixed(6)} · CGCS2000 (EPSG:4490)`) : null,
    h("p", { class: "ways" }, cameFrom() ? back(null) : null, feature.geometry ? back(onMap) : null));
}

async function use(meta: Meta): Promise<void> {
  const section = byId("object-use");
  try {
    const [found, { showUse }] = await Promise.all([getJson<ObjectUse>(useUrl(layerId, code)), import("./object-use")]);
    showUse(section, meta, found, layerId, cameFrom());
  } catch (error) {
    replace(section, h("h2", {}, t("use")), h("p", { class: "hint" }, error instanceof Error ? error.message : "", " "), h("button", { type: "button", class: "button small", onclick: () => void use(meta) }, t("retry")));
  }
}

/** Which release wrote it last, and when. */
function source(feature: ObjectFeature): HTMLElement | null {
  const { release } = feature;
  if (!release) return null;
  const day = release.made_at.slice(0, 16).replace("T", " ");
  return h("p", { class: "fine", id: "object-source", "data-testid": "source", "data-release": release.number }, t(release.by_hand ? "releaseByHand" : "releaseOf", { n: release.number, day }));
}

async function near(meta: Meta): Promise<void> {
  const section = byId("object-near");
  try {
    const [found, { showNear }] = await Promise.all([getJson<{ near: Neighbour[] }>(nearUrl(layerId, code)), import("./object-near")]);
    showNear(section, meta, found.near, layerId, cameFrom());
  } catch (error) {
    replace(section, h("h2", {}, t("near")), h("p", { class: "hint" }, error instanceof Error ? error.message : "", " "), h("button", { type: "button", class: "button small", onclick: () => void near(meta) }, t("retry")));
  }
}

/** What who asks may open besides: what is told of an object is the same for all. Whoever may open nothing is told nothing. */
async function behind(): Promise<void> {
  const response = await fetch(behindUrl(layerId, code, language()), { headers: { Accept: "application/json" } }).catch(() => null);
  if (response?.status !== 200) return;
  const [found, { showBehind }] = await Promise.all([response.json() as Promise<Behind>, import("./object-near")]);
  const [head, below] = [place.querySelector<HTMLElement>(".object-head"), document.getElementById("object-source")];
  if (head && below) showBehind(head, below, found);
}

function fields(meta: Meta, layer: TableInfo, feature: ObjectFeature): HTMLElement {
  const values = feature.properties;
  return h("dl", { class: "fields", "data-testid": "fields" },
    layer.fields.filter((field) => field.kind !== "links").map((field) => {
      const plain = fieldText(meta, field, values[field.name]);
      const text = field.kind === "region" && plain ? regionText(feature.links, plain) : plain;
      return [h("dt", {}, words(field)), h("dd", { "data-field": field.name, class: text ? "" : "none" }, text || t("empty"))];
    }));
}

const linked = (feature: ObjectFeature): LinkedObject[] =>
  Object.values(feature.links ?? {}).flat().filter((each): each is LinkedObject => Boolean(each?.code));

/** A permit is known by its number: its name is its holder's. */
const title = (each: LinkedObject): string => (each.layer === "permit" ? each.code : each.name || each.code);

function links(feature: ObjectFeature): HTMLElement {
  const groups = Object.entries(feature.links ?? {})
    .map(([name, value]) => [name, (Array.isArray(value) ? value : [value]).filter((each): each is LinkedObject => Boolean(each?.code))] as const)
    .filter(([, list]) => list.length > 0);
  if (!groups.length) return h("p", { class: "hint" }, t("noLinks"));
  return h("div", { class: "links", "data-testid": "links" }, groups.map(([name, list]) => h("div", {},
    h("h3", {}, tk("link", name), " ", h("small", { class: "num" }, list.length)),
    h("ul", {}, list.slice(0, 200).map((each) => h("li", {},
      each.layer ? h("a", { href: objectPage(each.layer, each.code, language(), cameFrom()), "data-code": each.code }, title(each)) : h("span", { "data-code": each.code }, title(each)),
      each.name && each.name !== each.code ? h("small", { class: "num" }, each.layer === "permit" ? each.name : each.code) : null))))));
}

function boundsOf(geometry: GeoJSON.Geometry): Bounds {
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

interface Shown { layer: LayerInfo; code: string }
/** A small map: the divisions around, and the object itself from the answer we have; of a permit, what it permits. */
function map(shown: Shown[], geometry: GeoJSON.Geometry): void {
  const { layer } = shown[0];
  const box = boundsOf(geometry);
  const small = createMap(byId("object-map"), box, { small: true, label: t("location") });
  small.on("load", async () => {
    const meta = await getJson<Meta>(metaUrl);
    for (const id of ["district", "township"]) {
      const each = meta.layers.find((candidate) => candidate.id === id);
      if (!each) continue;
      small.addSource(id, { type: "vector", url: sourceUrl(each) });
      if (id === "district") small.addLayer({ id: "land", type: "fill", source: id, "source-layer": id, paint: { "fill-color": "#fffefb" } });
      small.addLayer({ id: `line-${id}`, type: "line", source: id, "source-layer": id, paint: { "line-color": id === "district" ? "#8fa3a8" : "#cfd6d4", "line-width": id === "district" ? 1.6 : 0.8 } });
    }
    for (const id of ["township", "district"]) {
      if (!small.getSource(id)) continue;
      small.addLayer({ id: `label-${id}`, type: "symbol", source: id, "source-layer": `${id}_label`, layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": id === "district" ? 14 : 12 }, paint: { "text-color": "#5c6b72", "text-halo-color": "#ffffff", "text-halo-width": 1.4 } });
    }
    const points = geometry.type === "Point" ? [geometry.coordinates] : geometry.type === "MultiPoint" ? geometry.coordinates : null;
    if (points) {
      for (const each of new Set(shown.map((one) => one.layer))) small.addImage(iconId(each), badge(each), { pixelRatio: 2 });
      const features = points.map((coordinates, i) => ({ type: "Feature" as const, geometry: { type: "Point" as const, coordinates }, properties: { icon: iconId(shown[i].layer), layer: shown[i].layer.id, code: shown[i].code } }));
      small.addSource("object", { type: "geojson", data: { type: "FeatureCollection", features } });
      small.addLayer({ id: "object", type: "symbol", source: "object", layout: { "icon-image": ["get", "icon"], "icon-size": geometry.type === "Point" ? 1.3 : 1, "icon-allow-overlap": true } });
      if (geometry.type === "Point" || points.length === 1) small.jumpTo({ center: points[0] as [number, number], zoom: 11.5 });
      else small.fitBounds([[box[0], box[1]], [box[2], box[3]]], { padding: 40, maxZoom: 13, animate: false });
      if (geometry.type !== "Point") small.on("click", "object", ({ features: hit }) => { if (hit?.[0]) location.href = objectPage(String(hit[0].properties.layer), String(hit[0].properties.code), language(), cameFrom()); });
    } else {
      small.addSource("object", { type: "geojson", data: { type: "Feature", geometry, properties: {} } });
      small.addLayer({ id: "object", type: "fill", source: "object", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": layer.color, "fill-opacity": 0.25 } });
      small.addLayer({ id: "object-line", type: "line", source: "object", paint: { "line-color": layer.color, "line-width": 2 } });
    }
    document.documentElement.dataset.ready = "1";
  });
}
void start();

// The page of one object, for whoever has no map, prints it, or comes by a link: what is known of it, and a small map of where it is.
import "maplibre-gl/dist/maplibre-gl.css";
import "./styles/index.css";
import "./styles/object.css";
import { ApiError, getJson, type Meta, metaUrl, query } from "./api";
import { byId, h, icon, replace } from "./dom";
import { isFacility } from "./ground";
import { FIRST, language, setLanguage, t } from "./i18n";
import { boundsOf } from "./map/marked";
import { smallMap } from "./object-map";
import { ask, type Found, refusal, objectView } from "./object-view";
import { parse } from "./state";
import { showError } from "./ui/notices";
import { cameFrom, isPlainClick } from "./ui/object-link";

const place = byId("object");
const asked = { layer: place.dataset.layer ?? "", code: place.dataset.code ?? "" };

async function start(): Promise<void> {
  setLanguage(parse(location.search).lang);
  byId("notice").hidden = true;
  const meta = getJson<Meta>(metaUrl);
  try {
    draw(await ask(asked, meta));
  } catch (error) {
    if (error instanceof ApiError && [400, 403, 404].includes(error.status)) return missing(error, await meta.catch(() => null));
    showError(byId("notice"), error, () => void start());
  }
}

function draw(found: Found): void {
  const map = h("div", { id: "object-map", "data-testid": "object-map" });
  const view = objectView(asked, found, { top: 1, map, ways: (_, marks) => [cameFrom() ? back(null) : null, marks && found.feature.geometry ? back(onMap(found)) : null] });
  document.title = `${view.name} · ${t("app")}`;
  replace(place, view.head, view.note, view.body);
  view.begin();
  if (view.marks) smallMap(map, found.meta, view.marks);
  else document.documentElement.dataset.ready = "1";
}
function missing(error: ApiError, meta: Meta | null): void {
  const { title, text } = refusal(error, asked, meta);
  replace(place, h("div", { class: "notice", "data-testid": "missing" }, icon("search", 32), h("h2", {}, title), h("p", {}, text), back(null)));
}

/** The view one step back in the history is the browser's to show again, as it was left, instead of another that begins anew. */
function goBack(event: MouseEvent, from: string): void {
  const before = document.referrer && new URL(document.referrer);
  if (!before || !isPlainClick(event) || before.href !== new URL(`/?${from}`, location.href).href) return;
  event.preventDefault();
  history.back();
}
function back(target: string | null): HTMLElement {
  const from = cameFrom();
  if (!target && from) return h("a", { class: "button", href: `/?${from}`, "data-testid": "back", onclick: (event: MouseEvent) => goBack(event, from) }, t("backToView"));
  return h("a", { class: "button", href: target ?? "/" + query({ lang: language() === FIRST ? "" : language() }), "data-testid": "back" }, target ? t("showOnMap") : t("backToMap"));
}
/** The address of the map that shows it. */
function onMap({ layer, feature }: Found): string {
  const point = feature.geometry?.type === "Point" ? feature.geometry.coordinates : null;
  const box = layer.stage === "ground" && feature.geometry ? boundsOf(feature.geometry) : null;
  return "/" + query({
    lang: language() === FIRST ? "" : language(), layers: isFacility(layer) ? layer.id : "", region: layer.stage === "region" ? asked.code : "", object: point ? `${layer.id}/${asked.code}` : "",
    map: point && "detail_zoom" in layer ? `${Math.max(layer.detail_zoom + 0.5, 14)}/${point[1].toFixed(5)}/${point[0].toFixed(5)}` : box ? `12/${((box[1] + box[3]) / 2).toFixed(5)}/${((box[0] + box[2]) / 2).toFixed(5)}` : "",
  }).replaceAll("%2F", "/");
}
void start();

// The map itself: our own layers on paper, nothing from outside.
import { Map as GlMap, type MapSourceDataEvent, NavigationControl, prewarm, ScaleControl, setWorkerUrl, type StyleSpecification, type VectorTileSource } from "maplibre-gl";
import type { Bounds, LayerInfo } from "../api";
import { calm, drawsSlowly, noteRenderer } from "../dom";
import { isSmall, onForm } from "../form";
import { FIRST, language, t } from "../i18n";
import { drawSparingly } from "./slow";

declare const WORKER_FILE: string;
setWorkerUrl(new URL(WORKER_FILE, import.meta.url).href);
prewarm(); // the worker reads its script while the page waits for what there is

// No glyph server: the browser draws text itself with the fonts of the machine, Chinese ones first.
export const FONT = ["Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];
export const PAPER = "#f4f2ec";

export function sourceUrl(layer: LayerInfo, filter = ""): string {
  const url = new URL(layer.tilejson + filter, location.href);
  // The attribution comes with the TileJSON, in the language of the page.
  if (language() !== FIRST) url.searchParams.set("lang", language());
  return url.href;
}

/**
 * Read a source's tiles from another address. A tile that is on its way, or made anew for a change of what is drawn, while the new
 * address comes is parsed once more from what was fetched before (MapLibre 6.17, `loadTile` and the pause of a changed layer): it
 * would show what was asked before, so that all are asked for again once nothing is on its way.
 */
export function readFrom(map: GlMap, id: string, url: string): void {
  let between = !map.isSourceLoaded(id);
  const changed = (): void => { between = true; };
  const told = (event: MapSourceDataEvent): void => {
    if (event.sourceId !== id || event.sourceDataType !== "metadata") return;
    map.off("sourcedata", told);
    between ||= !map.isStyleLoaded();
    map.on("styledata", changed);
    map.once("idle", () => {
      map.off("styledata", changed);
      if (between && map.getSource(id)) map.refreshTiles(id);
    });
  };
  map.on("sourcedata", told);
  (map.getSource(id) as VectorTileSource).setUrl(url);
}

export function baseStyle(): StyleSpecification {
  return {
    version: 8,
    sources: {},
    layers: [{ id: "paper", type: "background", paint: { "background-color": PAPER } }],
    transition: { duration: 120, delay: 0 },
  };
}

const controlWords = (title: string): Record<string, string> => ({
  "Map.Title": title, "AttributionControl.ToggleAttribution": t("attribution"), "AttributionControl.MapFeedback": t("attribution"), "Popup.Close": t("close"),
  "NavigationControl.ZoomIn": t("zoomIn"), "NavigationControl.ZoomOut": t("zoomOut"),
});
/** The map's own controls in the language of the page, after a switch. */
export function nameControls(map: GlMap): void {
  Object.assign((map as unknown as { _locale?: Record<string, string> })._locale ?? {}, controlWords(t("mapLabel")));
  const button = map.getContainer().querySelector(".maplibregl-ctrl-attrib-button");
  for (const name of ["title", "aria-label"]) button?.setAttribute(name, t("attribution"));
}

/**
 * Where room is short the line of sources would lie on the map and its legend: its button stays. MapLibre opens a line that is not yet
 * compact when the first source comes.
 */
export function foldSources(map: GlMap): void {
  const line = map.getContainer().querySelector(".maplibregl-ctrl-attrib");
  line?.classList.add("maplibregl-compact");
  line?.classList.remove("maplibregl-compact-show");
  line?.removeAttribute("open");
}

export function createMap(container: HTMLElement, bounds: Bounds, options: { small?: boolean; label: string }): GlMap {
  const style = baseStyle();
  const map = new GlMap({
    container,
    style,
    bounds,
    fitBoundsOptions: { padding: 24 },
    minZoom: 5,
    maxZoom: 18,
    maxPitch: 0,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: { compact: true },
    fadeDuration: 120,
    renderWorldCopies: false,
    locale: controlWords(options.label),
  });
  noteRenderer(map.getCanvas().getContext("webgl2")); // the map's own, which is there by now
  if (calm()) {
    (map as unknown as { _fadeDuration: number })._fadeDuration = 0;
    style.transition = { duration: 0, delay: 0 }; // read in the next frame
  }
  if (drawsSlowly()) drawSparingly(map);
  const fold = (): void => { if (isSmall()) foldSources(map); };
  fold();
  onForm(fold);
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  if (!options.small) map.addControl(new ScaleControl({ maxWidth: 90, unit: "metric" }), "bottom-right");
  else map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  return map;
}

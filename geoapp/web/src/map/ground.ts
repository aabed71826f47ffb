// What lies underneath: waters, roads and railways, quiet lines above the colours and below the lines of divisions. Loaded once the map
// has drawn its figures, as it only helps to find one's way among them.
import type { ExpressionSpecification, LayerSpecification, Map as GlMap } from "maplibre-gl";
import type { LayerInfo } from "../api";
import type { Context } from "../context";
import { type Underneath, underneath } from "../ground";
import { FONT, readFrom, sourceUrl } from "./create";
import { firstWith } from "./order";
import { Regions } from "./regions";

// Seen on the lightest class and on the darkest: a light surface with a darker shore.
const WATER = "#a8d1ef", SHORE = "#3f83b5", NAME = "#1d5c8a", HALO = "rgba(255,255,255,0.9)";
// The browser draws the letters: it is told by this word that they lean, as names of waters do on maps.
const LEANING = [...FONT, "italic"];
/** Below this zoom an outline would be all that is seen of a pond. */
const SHORES_FROM = 10;
const ROAD_WIDTH: Record<string, number> = { motorway: 2.4, trunk: 2, primary: 1.6, secondary: 1.2, tertiary: 0.9, other: 0.6 };

const byZoom = (far: number | ExpressionSpecification, near: number | ExpressionSpecification): ExpressionSpecification =>
  ["interpolate", ["linear"], ["zoom"], 7, far, 15, near] as unknown as ExpressionSpecification;
const byKind = (of: Record<string, number>, times: number, other: number): ExpressionSpecification =>
  ["match", ["coalesce", ["get", "kind"], ""], ...Object.entries(of).flatMap(([kind, width]) => [kind, width * times]), other * times] as unknown as ExpressionSpecification;

interface Part { id: string; type: LayerSpecification["type"]; [more: string]: unknown }
const round = { "line-join": "round", "line-cap": "round" };
const name = (size: number, placement: "point" | "line", field: ExpressionSpecification, font: string[]) => ({
  "text-field": field, "text-font": font, "text-size": ["interpolate", ["linear"], ["zoom"], 9, size, 15, size + 3], "symbol-placement": placement,
  "text-letter-spacing": placement === "line" ? 0.15 : 0.08, "text-max-width": 7, "text-padding": 6, ...(placement === "line" ? { "symbol-spacing": 320 } : {}),
});
const NAME_FIELD: ExpressionSpecification = ["coalesce", ["get", "name"], ""];

/** The style layers of each, in the order in which they lie; a name's is last, and goes above everything that is drawn. */
const PARTS: Record<string, Part[]> = {
  water_body: [
    { id: "fill", type: "fill", paint: { "fill-color": WATER, "fill-opacity": 0.9, "fill-antialias": true } },
    { id: "line", type: "line", minzoom: SHORES_FROM, layout: round, paint: { "line-color": SHORE, "line-width": byZoom(0.3, 1), "line-opacity": 0.75 } },
    { id: "name", type: "symbol", "source-layer": "water_body_label", minzoom: 8, layout: name(11, "point", NAME_FIELD, LEANING), paint: { "text-color": NAME, "text-halo-color": HALO, "text-halo-width": 1.3 } },
  ],
  watercourse: [
    { id: "case", type: "line", layout: round, paint: { "line-color": "#eaf4fb", "line-opacity": 0.7, "line-width": byZoom(byKind({ river: 1.8, canal: 1.6 }, 1, 0), byKind({ river: 5, canal: 4.2 }, 1, 3)) } },
    { id: "line", type: "line", layout: round, paint: { "line-color": SHORE, "line-width": byZoom(byKind({ river: 0.9, canal: 0.8 }, 1, 0.4), byKind({ river: 3, canal: 2.4 }, 1, 1.4)) } },
    { id: "name", type: "symbol", minzoom: 10, layout: name(11, "line", NAME_FIELD, LEANING), paint: { "text-color": NAME, "text-halo-color": HALO, "text-halo-width": 1.3 } },
  ],
  railway: [
    { id: "case", type: "line", layout: { "line-join": "round" }, paint: { "line-color": "#ffffff", "line-opacity": 0.7, "line-width": byZoom(1.4, 4) } },
    { id: "line", type: "line", layout: { "line-join": "round" }, paint: { "line-color": "#5d5f66", "line-opacity": 0.8, "line-width": byZoom(0.7, 2), "line-dasharray": [4, 2] } },
  ],
  road: [
    { id: "case", type: "line", layout: round, paint: { "line-color": "#ffffff", "line-opacity": 0.75, "line-width": byZoom(byKind(ROAD_WIDTH, 0.9, 0.4), byKind(ROAD_WIDTH, 3.4, 2)) } },
    { id: "line", type: "line", layout: round, paint: { "line-color": "#8a7452", "line-opacity": 0.75, "line-width": byZoom(byKind(ROAD_WIDTH, 0.45, 0.2), byKind(ROAD_WIDTH, 2, 1)) } },
    { id: "name", type: "symbol", minzoom: 12, layout: name(10, "line", ["case", ["!=", ["coalesce", ["get", "number"], ""], ""], ["get", "number"], NAME_FIELD], FONT), paint: { "text-color": "#5f4e33", "text-halo-color": HALO, "text-halo-width": 1.2 } },
  ],
};

export class Ground {
  private added = new Set<string>();
  constructor(private readonly map: GlMap, private readonly context: Context) {
    context.store.subscribe((_, changed) => {
      if (changed.has("ground")) this.apply();
      if (changed.has("lang")) this.speak();
    });
    this.apply();
  }

  /** Show what is switched on, of what there is any. */
  private apply(): void {
    for (const { part, layers } of underneath(this.context.meta)) {
      const on = this.context.state.ground.includes(part);
      for (const layer of layers) {
        if (on && !this.added.has(layer.id)) this.add(layer, part);
        if (!this.added.has(layer.id)) continue;
        for (const { id } of PARTS[layer.id]) this.map.setLayoutProperty(`ground-${layer.id}-${id}`, "visibility", on ? "visible" : "none");
      }
    }
  }
  private add(layer: LayerInfo, part: Underneath): void {
    this.added.add(layer.id);
    this.map.addSource(layer.id, { type: "vector", url: sourceUrl(layer), promoteId: "code" });
    // Waters below roads, whichever came first.
    const under = firstWith(this.map, part === "water" ? ["ground-railway", "ground-road", "line-"] : ["line-"]) ?? Regions.labelsFrom;
    for (const { id, ...style } of PARTS[layer.id]) {
      const made = { source: layer.id, "source-layer": layer.id, ...style, id: `ground-${layer.id}-${id}` } as unknown as LayerSpecification;
      this.map.addLayer(made, id === "name" ? firstWith(this.map, ["label-"]) : under);
    }
  }
  /** The attribution in the language of the page. */
  private speak(): void {
    for (const id of this.added) readFrom(this.map, id, sourceUrl(this.context.layer(id)!));
  }
}

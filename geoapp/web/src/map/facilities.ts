// Facility layers: added to the map the first time they are switched on, hidden when off.
import type { ExpressionSpecification, FilterSpecification, Map as GlMap } from "maplibre-gl";
import type { LayerInfo } from "../api";
import type { Context } from "../context";
import { isFacility } from "../ground";
import { layerQuery } from "../where";
import { FONT, readFrom, sourceUrl } from "./create";
import { AREA_COLORS } from "../ui/colors";
import { badge, iconId } from "./icons";
import { Regions } from "./regions";

/** Layers that cluster down to here and beyond have so many objects that each is drawn small. */
const SMALL_FROM = 10;
const isSmall = (layer: LayerInfo): boolean => layer.detail_zoom >= SMALL_FROM;
/** Pixels a layer's clusters step aside when several layers are on. */
const STEP_ASIDE = 19;
/** Half of what two neighbours among many need to lie apart. */
const APART = 15;
/** Below this zoom small areas are noise over the classes. */
const SMALL_AREAS_FROM = 10;
const IS_CLUSTER: FilterSpecification = [">", ["coalesce", ["get", "count"], 1], 1];
const IS_SINGLE: FilterSpecification = ["<=", ["coalesce", ["get", "count"], 1], 1];

export class Facilities {
  private added = new Set<string>();
  private filters = new Map<string, string>();
  constructor(private readonly map: GlMap, private readonly context: Context) {}

  /** Show exactly the layers that are on. */
  apply(on: readonly string[]): void {
    const { where } = this.context.state;
    for (const layer of this.context.meta.layers) {
      if (!isFacility(layer)) continue;
      const visible = on.includes(layer.id);
      const filter = layerQuery(where, layer.id);
      if (visible && !this.added.has(layer.id)) this.add(layer, filter);
      if (this.added.has(layer.id) && this.filters.get(layer.id) !== filter) {
        readFrom(this.map, layer.id, sourceUrl(layer, filter));
        this.filters.set(layer.id, filter);
      }
      for (const id of this.layerIds(layer.id)) this.map.setLayoutProperty(id, "visibility", visible ? "visible" : "none");
    }
    this.spread(on.filter((id) => this.map.getLayer(`facility-${id}-cluster`)));
  }
  /** Clusters of several layers stand at much the same places: each layer steps aside, so that its numbers can be read. */
  private spread(on: readonly string[]): void {
    const far = Math.max(STEP_ASIDE, APART / Math.sin(Math.PI / Math.max(2, on.length)));
    on.forEach((id, i) => {
      const turn = (i / on.length) * 2 * Math.PI - Math.PI;
      const by: [number, number] = on.length < 2 ? [0, 0] : [Math.round(far * Math.cos(turn)), Math.round(far * Math.sin(turn))];
      this.map.setPaintProperty(`facility-${id}-cluster`, "circle-translate", by);
      this.map.setPaintProperty(`facility-${id}-number`, "text-translate", by);
    });
  }
  /** Layers that answer a click, points before areas. */
  clickable(): string[] {
    const on = this.context.state.layers.filter((id) => this.added.has(id));
    return on.flatMap((id) => this.layerIds(id)).filter((id) => !id.endsWith("-line") && !id.endsWith("-number"));
  }
  layerOf(styleLayer: string): LayerInfo | undefined {
    return this.context.layer(styleLayer.replace(/^facility-/, "").replace(/-(icon|cluster|number|fill|line)$/, ""));
  }
  private layerIds(id: string): string[] {
    return ["fill", "line", "cluster", "number", "icon"].map((part) => `facility-${id}-${part}`).filter((each) => this.map.getLayer(each));
  }

  private add(layer: LayerInfo, filter: string): void {
    this.added.add(layer.id);
    this.filters.set(layer.id, filter);
    this.map.addSource(layer.id, { type: "vector", url: sourceUrl(layer, filter), promoteId: "code" });
    if (layer.geometry === "polygon") this.addArea(layer);
    else this.addPoints(layer);
  }
  private addArea(layer: LayerInfo): void {
    const before = this.firstPointLayer();
    const kind: ExpressionSpecification = ["coalesce", ["get", "facility_kind"], ""];
    const filter: FilterSpecification = ["any", [">=", ["zoom"], SMALL_AREAS_FROM], ["in", kind, ["literal", ["urban_plant", "township_plant"]]]];
    const common = { source: layer.id, "source-layer": layer.id, filter };
    // Areas of several kinds lie over each other and over the classes: an outline each, and a fill that only takes clicks.
    this.map.addLayer({ id: `facility-${layer.id}-fill`, type: "fill", ...common, paint: { "fill-color": layer.color, "fill-opacity": 0.03 } }, before);
    const byKind = (urban: number, township: number, other: number) => ["match", kind, "urban_plant", urban, "township_plant", township, other];
    this.map.addLayer({
      id: `facility-${layer.id}-line`, type: "line", ...common,
      layout: { "line-join": "round" },
      paint: {
        "line-color": ["match", kind, ...this.kindColors(), layer.color] as unknown as ExpressionSpecification,
        "line-width": ["interpolate", ["linear"], ["zoom"], 8, byKind(1.6, 1, 0.4), 14, byKind(3.4, 2.4, 1.4)] as unknown as ExpressionSpecification,
        "line-opacity": 0.9,
      },
    }, before);
  }
  private kindColors(): string[] {
    return Object.entries(AREA_COLORS).flat();
  }
  private firstPointLayer(): string {
    return this.map.getStyle().layers.find((each) => /^facility-.*-(cluster|icon)$/.test(each.id))?.id ?? Regions.labelsFrom;
  }
  /** Numbers stand above the circles and marks of all layers, which would cover them. */
  private firstNumber(): string | undefined {
    return this.map.getStyle().layers.find((each) => /^facility-.*-number$/.test(each.id))?.id;
  }
  private addPoints(layer: LayerInfo): void {
    const under = this.firstNumber();
    if (!this.map.hasImage(iconId(layer))) this.map.addImage(iconId(layer), badge(layer), { pixelRatio: 2 });
    const common = { source: layer.id, "source-layer": layer.id };
    const count: ExpressionSpecification = ["get", "count"];
    this.map.addLayer({
      id: `facility-${layer.id}-cluster`, type: "circle", ...common, filter: IS_CLUSTER,
      paint: {
        "circle-color": layer.color, "circle-opacity": 0.92, "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.5, "circle-stroke-opacity": 0.9,
        "circle-radius": ["interpolate", ["linear"], ["log10", count], 0.3, 8.5, 1, 11, 2, 14, 3, 18, 4, 23, 5.5, 30],
      },
    }, under);
    this.map.addLayer({
      id: `facility-${layer.id}-number`, type: "symbol", ...common, filter: IS_CLUSTER,
      layout: {
        "text-field": ["number-format", count, { locale: "en-US", "max-fraction-digits": 0 }],
        // Numbers that would run into each other are not readable: the smaller one goes to the edge of its circle, else it comes with the zoom.
        "text-variable-anchor-offset": ["center", [0, 0], "bottom", [0, -0.35], "top", [0, 0.35], "right", [-0.35, 0], "left", [0.35, 0]],
        "text-font": FONT, "text-size": ["interpolate", ["linear"], ["log10", count], 0.3, 10, 4, 12.5], "text-padding": 1, "symbol-sort-key": ["-", 0, count],
      },
      paint: { "text-color": "#ffffff", "text-halo-color": layer.color, "text-halo-width": 1.2 },
    });
    const scale = isSmall(layer) ? 0.78 : 1;
    this.map.addLayer({
      id: `facility-${layer.id}-icon`, type: "symbol", ...common, filter: IS_SINGLE,
      layout: {
        "icon-image": iconId(layer), "icon-allow-overlap": true, "icon-ignore-placement": isSmall(layer),
        "icon-size": ["interpolate", ["linear"], ["zoom"], 7, 0.74 * scale, 11, 0.92 * scale, 15, 1.15 * scale],
        "text-field": ["step", ["zoom"], "", isSmall(layer) ? (layer.stage === "use" ? 17 : 14.5) : 11, ["coalesce", ["get", "name"], ""]], "text-font": FONT, "text-size": 11.5,
        "text-anchor": "top", "text-offset": [0, 1.05], "text-optional": true, "text-max-width": 9,
      },
      paint: { "text-color": "#1d333c", "text-halo-color": "rgba(255,255,255,0.92)", "text-halo-width": 1.4 },
    }, under ?? `facility-${layer.id}-number`);
  }
}

// The area on the map: its outline, what is being drawn, and the objects that stand in it before the others.
import type { ExpressionSpecification, GeoJSONSource, Map as GlMap } from "maplibre-gl";
import type { Context } from "../context";
import { Regions } from "../map/regions";
import type { Draft } from "./draw";

export type Outline = GeoJSON.Polygon | GeoJSON.MultiPolygon;

const INK = "#a3420f";
const OUTSIDE = 0.2; // how much is left of what stands outside
const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const feature = (geometry: GeoJSON.Geometry): GeoJSON.Feature => ({ type: "Feature", geometry, properties: {} });
// What of a layer of facilities is seen, and how strong it is without an area.
const SEEN: Record<string, [property: string, whole: number][]> = {
  icon: [["icon-opacity", 1], ["text-opacity", 1]],
  number: [["text-opacity", 1]],
  cluster: [["circle-opacity", 0.92], ["circle-stroke-opacity", 0.9]],
};

export class Shown {
  private outline: Outline | null = null;
  constructor(private readonly map: GlMap, private readonly context: Context) {}

  /** Only once the map can take layers. */
  private begin(): boolean {
    const { map } = this;
    if (map.getSource("area")) return true;
    if (!map.getLayer("fill-" + this.context.first)) return false;
    const before = map.getLayer(Regions.labelsFrom) ? Regions.labelsFrom : undefined;
    map.addSource("area", { type: "geojson", data: NOTHING });
    map.addSource("area-draft", { type: "geojson", data: NOTHING });
    const round = { "line-join": "round", "line-cap": "round" } as const;
    map.addLayer({ id: "area-halo", type: "line", source: "area", layout: round, paint: { "line-color": "#ffffff", "line-width": 6, "line-opacity": 0.85 } }, before);
    map.addLayer({ id: "area-line", type: "line", source: "area", layout: round, paint: { "line-color": INK, "line-width": 2.6 } }, before);
    map.addLayer({ id: "area-draft-fill", type: "fill", source: "area-draft", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": INK, "fill-opacity": 0.12 } });
    map.addLayer({ id: "area-draft-line", type: "line", source: "area-draft", filter: ["==", ["geometry-type"], "LineString"], layout: round, paint: { "line-color": INK, "line-width": 2.4, "line-dasharray": [2, 1.6] } });
    map.addLayer({ id: "area-draft-corner", type: "circle", source: "area-draft", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 5, "circle-color": "#ffffff", "circle-stroke-color": INK, "circle-stroke-width": 2.2 } });
    return true;
  }
  /** Now, or as soon as the map is there. */
  private when(run: () => void): void {
    if (this.begin()) run();
    else this.map.once("idle", () => { if (this.begin()) run(); });
  }

  show(outline: Outline | null): void {
    this.outline = outline;
    this.when(() => {
      (this.map.getSource("area") as GeoJSONSource).setData(this.outline ? feature(this.outline) : NOTHING);
      this.light();
    });
  }
  /** What stands outside recedes; of layers that came meanwhile too. */
  light(): void {
    const within = (whole: number): number | ExpressionSpecification =>
      this.outline ? ["case", ["within", this.outline as GeoJSON.GeoJSON], whole, whole * OUTSIDE] as unknown as ExpressionSpecification : whole;
    for (const layer of this.context.meta.layers) {
      for (const [part, seen] of Object.entries(SEEN)) {
        const id = `facility-${layer.id}-${part}`;
        if (this.map.getLayer(id)) for (const [property, whole] of seen) this.map.setPaintProperty(id, property as "icon-opacity", within(whole));
      }
    }
  }
  draft(draft: Draft | null): void {
    this.when(() => {
      const line = draft?.line ?? [];
      const features = draft ? [
        ...(line.length > 3 ? [feature({ type: "Polygon", coordinates: [[...line, line[0]]] })] : []),
        ...(line.length > 1 ? [feature({ type: "LineString", coordinates: line })] : []),
        ...draft.corners.map((corner) => feature({ type: "Point", coordinates: corner })),
      ] : [];
      (this.map.getSource("area-draft") as GeoJSONSource).setData({ type: "FeatureCollection", features });
    });
  }
}

// Figures printed on areas: each under the name of its region, in the unit of the legend, and only where it lies inside the area at this
// zoom. Names and areas are those of the tiles that are here, so that another month or measure asks for nothing.
import type { GeoJSONSource, Map as GlMap } from "maplibre-gl";
import type { Context, Shown } from "../context";
import { breakText, integer } from "../format";
import { isTwoSided, unitOf } from "../measures";
import { FONT } from "./create";
import { type NameSize, nameSize, onMap, Regions } from "./regions";

export const FIGURES = "figures";
/** Pixels: the height of its letters, what is kept free around it, and between it and the name, whose own padding is part of that. */
const SIZE = 11.5, FREE = 2, GAP = 5;
/** Letters of a name in one line. */
const LINE = 8;
/** So far out of the zoom that they were laid out for they would run over their areas. */
const ZOOM_OUT = 0.15;

type Ring = GeoJSON.Position[];
type Feature = GeoJSON.Feature<GeoJSON.Point, { text: string; offset: [number, number] }>;

let pen: CanvasRenderingContext2D | null = null;
function widthOf(text: string): number {
  pen ??= document.createElement("canvas").getContext("2d")!;
  pen.font = `${SIZE}px ${FONT.join()}`;
  return pen.measureText(text).width;
}

/** A number as short as it is on an area: three digits, of thousands all before the point; of what has two sides with its sign. */
export function short(value: number, divide: number, twoSided: boolean): string {
  const number = value / divide;
  const text = Math.abs(number) >= 1000 ? integer(Math.abs(number)) : breakText(Math.abs(number));
  return `${text === "0" ? "" : number < 0 ? "−" : twoSided ? "+" : ""}${text}`;
}

/** Whether a point is in a polygon's ring and in none of its holes (even–odd rule). */
function isIn([x, y]: GeoJSON.Position, rings: Ring[]): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
  }
  return inside;
}
function polygonsOf(geometry: GeoJSON.Geometry): Ring[][] {
  return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
}

/** Names and areas of a level as the tiles have them: read once while the map rests, as reading them takes longer than all else. */
interface Ground { level: string; names: { code: string; lines: number; at: [number, number] }[]; areas: Map<string, Ring[][]> }
function groundOf(map: GlMap, level: string): Ground {
  const names = new Map<string, Ground["names"][number]>();
  for (const { properties, geometry } of map.querySourceFeatures(level, { sourceLayer: `${level}_label` })) {
    const code = String(properties.code);
    if (geometry.type === "Point") names.set(code, { code, lines: Math.ceil(onMap(String(properties.name)).length / LINE), at: geometry.coordinates as [number, number] });
  }
  const areas = new Map<string, Ring[][]>();
  for (const area of map.querySourceFeatures(level, { sourceLayer: level })) {
    const code = String(area.properties.code);
    if (names.has(code)) areas.set(code, [...(areas.get(code) ?? []), ...polygonsOf(area.geometry)]); // of every tile its piece
  }
  return { level, names: [...names.values()], areas };
}

/** All figures that have room on a map as it stands. */
function fitting(map: GlMap, { level, picture, measure }: Shown, { names, areas }: Ground): Feature[] {
  const { divide } = unitOf(measure);
  const size: NameSize = nameSize(level, map.getZoom());
  const seen = map.getBounds();
  return names.flatMap(({ code, lines, at }): Feature[] => {
    if (!seen.contains(at)) return [];
    const value = picture.values.get(code)?.shown ?? null;
    const pieces = areas.get(code);
    if (value === null || !pieces) return [];
    const text = short(value, divide, isTwoSided(measure));
    const top = (lines * size * 1.2) / 2 + GAP;
    const middle = map.project(at);
    const half = widthOf(text) / 2 + FREE;
    const [high, low] = [middle.y + top, middle.y + top + SIZE + FREE];
    const [west, north] = map.unproject([middle.x - half, high]).toArray();
    const [east, south] = map.unproject([middle.x + half, low]).toArray();
    const corners = [west, (west + east) / 2, east].flatMap((x) => [north, (north + south) / 2, south].map((y) => [x, y]));
    const fits = corners.every((corner) => pieces.some((rings) => isIn(corner, rings)));
    return fits ? [{ type: "Feature", id: Number(code), geometry: { type: "Point", coordinates: at }, properties: { text, offset: [0, top / SIZE] } }] : [];
  });
}

export class Figures {
  private last = "";
  private zoom = 0;
  private hidden = false;
  private ground: Ground | null = null;
  private timer = 0;

  constructor(private readonly map: GlMap, private readonly context: Context) {
    context.on("shown", () => this.later());
    context.on("cells", () => this.draw());
    context.on("units", () => this.draw());
    context.store.subscribe((_, changed) => { if (changed.has("values")) this.draw(); });
    map.on("idle", () => {
      this.ground = null; // other tiles may have come
      this.draw();
    });
    map.on("zoom", () => this.hide(map.getZoom() < this.zoom - ZOOM_OUT));
  }
  /** Colours first: of a slider that is dragged the last month is enough. */
  private later(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => { if (this.map.style) this.draw(); });
  }
  private draw(): void {
    const { map, context } = this;
    const { shown, cells, state, marks } = context;
    const there = map.getSource(FIGURES) as GeoJSONSource | undefined;
    const on = state.values && shown !== null && !cells;
    if (!on && !there) return;
    if (on && this.ground?.level !== shown.level) this.ground = groundOf(map, shown.level);
    const features = on ? fitting(map, shown, this.ground!) : [];
    this.zoom = map.getZoom();
    this.hide(false);
    const now = JSON.stringify(features);
    if (now === this.last && there) return;
    this.last = now;
    const data: GeoJSON.FeatureCollection = { type: "FeatureCollection", features };
    if (there) there.setData(data);
    else this.add(data);
    marks.figures = String(features.length);
  }
  private add(data: GeoJSON.FeatureCollection): void {
    const under = this.map.getLayer(Regions.labelsFrom) ? Regions.labelsFrom : undefined; // names are placed before them
    this.map.addSource(FIGURES, { type: "geojson", data });
    this.map.addLayer({
      id: FIGURES, type: "symbol", source: FIGURES,
      layout: { "text-field": ["get", "text"], "text-font": FONT, "text-size": SIZE, "text-anchor": "top", "text-offset": ["get", "offset"], "text-padding": 1, "text-max-width": 40 },
      paint: { "text-color": "#0a2f3d", "text-halo-color": "rgba(255,255,255,0.9)", "text-halo-width": 1.5 },
    }, under);
  }
  private hide(hidden: boolean): void {
    if (this.hidden === hidden || !this.map.getLayer(FIGURES)) return;
    this.hidden = hidden;
    this.map.setPaintProperty(FIGURES, "text-opacity", hidden ? 0 : 1);
  }
}

/** On another map of the same layers the figures that have room there; says whether there are any to wait for. */
export function placeFigures(map: GlMap, { shown, state, cells }: Context): boolean {
  const source = map.getSource(FIGURES) as GeoJSONSource | undefined;
  if (!source || !state.values || !shown || cells) return false;
  source.setData({ type: "FeatureCollection", features: fitting(map, shown, groundOf(map, shown.level)) });
  return true;
}

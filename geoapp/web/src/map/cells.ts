// The grid on the map: one vector source a size, coloured by expressions over what its tiles carry.
import type { Map as GlMap, MapGeoJSONFeature } from "maplibre-gl";
import { type CellStats, cellStatsUrl, type Comparison, compareUrl, type LayerInfo } from "../api";
import { type CellQuestion, cellColor, cellHatch, cellQuestion, cellValue, CELLS_FROM, FINE_FROM, HATCH_SPACING, HATCHES } from "../cells";
import { CLEAR, divergingScale, type Scale, sequentialScale } from "../classes";
import { ownScale, painted, receding } from "../classing";
import type { CellsShown, CellValue, Context } from "../context";
import { LITRES_PER_M3 } from "../litres";
import { kindOf } from "../periods";
import { ENTRIES, isTwoSided } from "../measures";
import { readFrom, sourceUrl } from "./create";
import { hatch } from "./hatch";
import { firstWith } from "./order";
import { Regions } from "./regions";

const SIZES = ["grid_500", "grid_100"];
const PARTS = ["cells", "cells-hatch", "cells-line", "cells-marks"];

export class Cells {
  private question: CellQuestion | null = null;
  private layer: LayerInfo | null = null;
  /** The size last asked for, shown or not: a zoom asks again only for another. */
  private size: string | undefined;
  private ticket = 0;
  private tiles = new Map<string, string>();
  private lit: number | null = null;
  private hovered: { source: string; id: number } | null = null;

  constructor(private readonly map: GlMap, private readonly context: Context) {
    HATCHES.forEach((id, i) => map.addImage(id, hatch(HATCH_SPACING[i])));
  }

  /** The size shown at this zoom: the finer where it is built. */
  private wanted(): LayerInfo | null {
    if (this.context.state.level !== "grid" || ENTRIES[this.context.state.measure].regionsOnly) return null;
    const zoom = this.map.getZoom();
    const fine = zoom >= FINE_FROM ? this.context.layer("grid_100") : undefined;
    return fine ?? (zoom >= CELLS_FROM ? this.context.layer("grid_500") ?? null : null);
  }
  /** After a zoom: another size, or none? */
  check(): void {
    if (this.wanted()?.id !== this.size) void this.refresh();
  }

  async refresh(): Promise<void> {
    const { context } = this;
    const mine = ++this.ticket;
    const layer = this.wanted();
    const question = layer && cellQuestion(context.state, context.meta.months, context.filters);
    this.size = layer?.id;
    this.layer = layer;
    this.question = question;
    if (!layer || !question) return this.hide();
    this.prepare(layer, question);
    context.cellsComing = !context.cells;
    if (context.cellsComing) context.emit("cells", null);
    context.emit("busy", true);
    try {
      const shown = await this.figures(layer, question);
      if (mine !== this.ticket) return;
      this.paint(shown);
    } catch (error) {
      if (mine !== this.ticket) return;
      this.hide();
      context.emit("failed", { what: "series", error, retry: () => void this.refresh() });
    } finally {
      if (mine === this.ticket) context.emit("busy", false);
    }
  }

  /** Classes and balance: of a year's single months, so that a colour means one amount while the slider moves. */
  private async figures(layer: LayerInfo, question: CellQuestion): Promise<CellsShown> {
    const { data, filters, state } = this.context;
    const { measure, method, classes: k } = state;
    const { period, versus } = question;
    const base = { layer, period, measure, versus };
    const given = () => this.context.given("cells"); // once the answer is here
    if (isTwoSided(measure)) {
      const found = await data.get<Comparison>(compareUrl(layer.id, period, versus, filters));
      const classes = measure === "difference" ? found.classes.difference : found.classes.ratio;
      const factor = measure === "difference" ? LITRES_PER_M3 : 1;
      return { ...base, scale: given() ?? painted(divergingScale(classes.breaks.map((each) => each * factor)), state), stats: null, counts: classes.counts, most: classes.max * factor };
    }
    const stats = await data.get<CellStats>(cellStatsUrl(layer.id, question.packed || period, measure, filters, method, k));
    const classes = kindOf(period) === "month" ? stats.classes.month : stats.classes.period;
    const factor = ENTRIES[measure].classes?.stored ?? 1;
    // The counts of the month classes are of all months together: they say nothing of one.
    const own = ownScale(state, measure);
    return { ...base, scale: given() ?? painted(own ?? sequentialScale(classes.breaks.map((each) => each * factor)), state), stats, counts: own || kindOf(period) === "month" ? [] : classes.counts, most: classes.max * factor };
  }

  private prepare(layer: LayerInfo, { tiles }: CellQuestion): void {
    const { map } = this;
    if (!map.getSource(layer.id)) {
      map.addSource(layer.id, { type: "vector", url: sourceUrl(layer, tiles) });
      this.add(layer.id);
    } else if (this.tiles.get(layer.id) !== tiles) {
      readFrom(map, layer.id, sourceUrl(layer, tiles));
    }
    this.tiles.set(layer.id, tiles);
  }
  private add(id: string): void {
    const under = firstWith(this.map, ["ground-", "line-"]) ?? Regions.labelsFrom; // waters are seen above the cells
    const common = { source: id, "source-layer": id, layout: { visibility: "none" } } as const;
    const add = (layer: Parameters<GlMap["addLayer"]>[0]) => this.map.addLayer(layer, under);
    // A fill of what is not painted yet would say "no data": it is clear until the classes are here.
    add({ ...common, id: `cells-${id}`, type: "fill", paint: { "fill-color": "rgba(0,0,0,0)", "fill-antialias": false } });
    add({ ...common, id: `cells-hatch-${id}`, type: "fill", paint: { "fill-pattern": HATCHES[0], "fill-opacity": 0.75 } });
    add({ ...common, id: `cells-line-${id}`, type: "line", minzoom: 10.5, paint: { "line-color": "#ffffff", "line-width": ["interpolate", ["linear"], ["zoom"], 10.5, 0.2, 13, 0.7], "line-opacity": 0.7 } });
    // Without opacity the lines of all others, each of no width, are not drawn at all.
    add({ ...common, id: `cells-marks-${id}`, type: "line", paint: { "line-color": "#0a2f3d", "line-width": ["case", ["boolean", ["feature-state", "hover"], false], 2, 0], "line-opacity": 0 } });
  }

  private paint(shown: CellsShown): void {
    const { map, context, question } = this;
    for (const id of SIZES) if (map.getSource(id)) this.visible(id, id === shown.layer.id);
    this.color(shown);
    map.setPaintProperty(`cells-hatch-${shown.layer.id}`, "fill-pattern", cellHatch(question!));
    context.cells = shown;
    context.cellsComing = false;
    context.emit("cells", shown);
    Object.assign(context.marks, { cells: shown.layer.id, cellsPeriod: shown.period, cellsMeasure: shown.measure });
  }
  private color(shown: CellsShown): void {
    const { lit } = this;
    const scale: Scale = lit === null ? shown.scale : { ...shown.scale, colors: shown.scale.colors.map((color, i) => (i === lit ? color : receding(color))) };
    this.map.setPaintProperty(`cells-${shown.layer.id}`, "fill-color", this.context.state.opacity === 0 ? CLEAR : cellColor(this.question!, shown.measure, scale));
  }
  /** Point out one class: the others recede. */
  light(index: number | null): void {
    if (this.lit === index) return;
    this.lit = index;
    if (this.layer && this.question && this.context.cells) this.color(this.context.cells);
  }
  private hide(): void {
    for (const id of SIZES) if (this.map.getSource(id)) this.visible(id, false);
    this.layer = null;
    this.context.cells = null;
    this.context.cellsComing = false;
    delete this.context.marks.cells;
    this.context.emit("cells", null);
  }
  private visible(id: string, on: boolean): void {
    for (const part of PARTS) {
      const shown = on && (part !== "cells-hatch" || this.context.state.unsure);
      this.map.setLayoutProperty(`${part}-${id}`, "visibility", shown ? "visible" : "none");
    }
  }
  /** The switch of uncertainty. */
  hatch(): void {
    if (this.layer && this.context.cells) this.visible(this.layer.id, true);
  }

  /** The attribution in the language of the page. */
  speak(): void {
    for (const [id, tiles] of this.tiles) readFrom(this.map, id, sourceUrl(this.context.layer(id)!, tiles));
  }

  under(point: { x: number; y: number }): { feature: MapGeoJSONFeature; value: CellValue; layer: LayerInfo } | null {
    const { layer, question } = this;
    if (!layer || !question || !this.context.cells) return null;
    const [feature] = this.map.queryRenderedFeatures([point.x, point.y], { layers: [`cells-${layer.id}`] });
    return feature ? { feature, value: cellValue(feature.properties, question), layer } : null;
  }
  hover(id: number | null): void {
    const next = id !== null && this.layer ? { source: this.layer.id, id } : null;
    if (this.hovered?.id === next?.id && this.hovered?.source === next?.source) return;
    const mark = (one: { source: string; id: number }, on: boolean) => this.map.setFeatureState({ source: one.source, sourceLayer: one.source, id: one.id }, { hover: on });
    if (this.hovered && this.map.getSource(this.hovered.source)) mark(this.hovered, false);
    this.hovered = next;
    if (next) mark(next, true);
    for (const each of SIZES) if (this.map.getSource(each)) this.map.setPaintProperty(`cells-marks-${each}`, "line-opacity", next?.source === each ? 1 : 0);
  }
}

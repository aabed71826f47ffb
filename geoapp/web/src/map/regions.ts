// Regions on the map: three levels of polygons whose colour is a feature state, set from the series by code.
// Moving the month changes states only: no tile and no request.
import type { ExpressionSpecification, Map as GlMap, VectorTileSource } from "maplibre-gl";
import { query } from "../api";
import { classOf, CLEAR, NOUGHT, NOUGHT_CLASS } from "../classes";
import { receding } from "../classing";
import type { Context, MapLevel, Shown } from "../context";
import { FIRST } from "../i18n";
import { FONT, readFrom, sourceUrl } from "./create";
import { noDataPattern } from "./hatch";

const INK = "#33474f";
const LINE: Record<MapLevel, { color: string; width: [number, number, number] }> = {
  district: { color: "#ffffff", width: [1, 1.8, 2.6] },
  township: { color: "#ffffff", width: [0.4, 1, 1.6] },
  village: { color: "#ffffff", width: [0.2, 0.5, 0.9] },
};

const widthByZoom = ([far, middle, near]: [number, number, number]): ExpressionSpecification =>
  ["interpolate", ["linear"], ["zoom"], 7, far, 10, middle, 14, near];

/** Added to the class of a region while another class is pointed out. */
const RECEDING = 200;
/** The fill by a region's class. It is never a plain colour, not even without any: until the tiles are cut anew for one,
    the map would ask that colour for its value by state, and fail at the next state that is set. */
function fillColor(colors: readonly string[]): ExpressionSpecification {
  const classes = colors.flatMap((color, index) => [index, color, index + RECEDING, receding(color)]);
  return ["match", ["coalesce", ["feature-state", "class"], -1], ...classes, NOUGHT_CLASS, NOUGHT, NOUGHT_CLASS + RECEDING, NOUGHT, CLEAR] as unknown as ExpressionSpecification;
}
const OFF: ExpressionSpecification = ["match", ["coalesce", ["feature-state", "class"], -1], 0, CLEAR, CLEAR];

// On the map a village goes without the name of its committee: 芙蓉里社区居委会 is 芙蓉里社区, 龙潭社区居民委员会 is 龙潭社区.
const COMMITTEES = ["居民委员会", "村民委员会", "居委会", "村委会"];
const NAME: ExpressionSpecification = ["get", "name"];
const LABEL = [
  "case", ...COMMITTEES.flatMap((end) => [["==", ["slice", NAME, -end.length], end], ["slice", NAME, 0, -end.length]]), NAME,
] as unknown as ExpressionSpecification;

/** The same of a name as it comes. */
export function onMap(name: string): string {
  const end = COMMITTEES.find((each) => name.endsWith(each));
  return end ? name.slice(0, -end.length) : name;
}

/** Pixels of a name at zooms, and straight between them. */
export type NameSize = number;
const NAME_SIZES: Record<MapLevel, [zoom: number, size: NameSize][]> = {
  district: [[7, 10.5], [8, 11.5], [9, 14], [12, 17]],
  township: [[9, 11], [12, 13.5], [14, 16]],
  village: [[11, 10.5], [15, 13]],
};
export function nameSize(level: MapLevel, zoom: number): NameSize {
  const stops = NAME_SIZES[level];
  const above = stops.findIndex(([at]) => at > zoom);
  if (above === 0) return stops[0][1];
  if (above < 0) return stops[stops.length - 1][1];
  const [[from, small], [to, large]] = [stops[above - 1], stops[above]];
  return small + ((zoom - from) / (to - from)) * (large - small);
}

/** The tile zoom from which a district is about half as wide as its name: before that the name would lie on its neighbours. */
const namedFrom = (km2: number): number => (km2 > 0 ? Math.floor(7 + Math.log2(10.5 / Math.sqrt(km2))) : 0);

export class Regions {
  private painted = new Map<MapLevel, Map<string, number>>();
  private ramp = new Map<MapLevel, string>();
  private lit: number | null = null;
  /** Codes of each level that are hatched, as a text. */
  private hatched = new Map<MapLevel, string>();
  /** Whether cells are shown, which lie in a part of the land only. */
  private cells = false;
  private last: Shown | null = null;
  private areas = new Map<MapLevel, [string, number][]>();
  private hovered: { level: MapLevel; code: string } | null = null;
  private levels: MapLevel[];
  private drawn: string;

  constructor(private readonly map: GlMap, private readonly context: Context) {
    this.drawn = context.filters.boundaries;
    map.addImage("no-data", noDataPattern());
    this.levels = context.levels.filter((level) => context.layer(level));
    for (const level of this.levels) {
      map.addSource(level, { type: "vector", url: this.url(level), promoteId: "code" });
    }
    this.addGlow();
    for (const level of this.levels) this.addFill(level);
    for (const level of [...this.levels].reverse()) this.addLine(level);
    for (const level of this.levels) this.addMarks(level);
  }

  /** The outlines of the divisions that are spoken in. */
  private url(level: MapLevel): string {
    return sourceUrl(this.context.layer(level)!, query({ boundaries: this.context.filters.boundaries }));
  }
  /** The outlines of other months may be others. */
  redraw(): void {
    const { boundaries } = this.context.filters;
    if (boundaries === this.drawn) return;
    this.drawn = boundaries;
    for (const level of this.levels) {
      this.clear(level);
      this.areas.delete(level);
      readFrom(this.map, level, this.url(level));
    }
  }

  /** Areas of facilities go under the names, points above them. */
  static readonly labelsFrom = "label-village";

  private addGlow(): void {
    const { first } = this.context;
    if (!this.levels.includes(first)) return;
    // Only its outer half shows beyond the fills: a soft shore around the city.
    for (const [id, width, blur, color] of [["shore-wide", 14, 12, "#c9d4d2"], ["shore", 3, 1, "#a9bab9"]] as const) {
      this.map.addLayer({
        id, type: "line", source: first, "source-layer": first,
        layout: { "line-join": "round" }, paint: { "line-color": color, "line-width": width, "line-blur": blur },
      });
    }
    this.map.addLayer({
      id: "land", type: "fill", source: first, "source-layer": first,
      layout: { visibility: "none" }, paint: { "fill-pattern": "no-data", "fill-antialias": false },
    });
  }
  private addFill(level: MapLevel): void {
    this.map.addLayer({
      id: `hatch-${level}`, type: "fill", source: level, "source-layer": level, filter: ["in", ["get", "code"], ["literal", []]],
      layout: { visibility: "none" }, paint: { "fill-pattern": "no-data", "fill-antialias": false },
    });
    this.hatched.set(level, "");
    this.map.addLayer({
      id: `fill-${level}`, type: "fill", source: level, "source-layer": level,
      layout: { visibility: "none" },
      paint: { "fill-color": OFF, "fill-antialias": false },
    });
  }
  private addLine(level: MapLevel): void {
    const whole = level === this.context.first;
    const { color, width } = LINE[whole ? "district" : level];
    this.map.addLayer({
      id: `line-${level}`, type: "line", source: level, "source-layer": level,
      layout: { visibility: whole ? "visible" : "none", "line-join": "round" },
      paint: { "line-color": color, "line-width": widthByZoom(width), "line-opacity": whole ? 1 : 0.85 },
    });
  }
  private addMarks(level: MapLevel): void {
    this.map.addLayer({
      id: `hover-${level}`, type: "line", source: level, "source-layer": level,
      layout: { "line-join": "round", visibility: "none" },
      // Without opacity the lines of all others, each of no width, are not drawn at all.
      paint: { "line-color": INK, "line-width": ["case", ["boolean", ["feature-state", "hover"], false], 2, 0], "line-opacity": 0 },
    });
    for (const [id, width, color] of [["halo", 6, "#ffffff"], ["selected", 2.6, "#0a2f3d"]] as const) {
      this.map.addLayer({
        id: `${id}-${level}`, type: "line", source: level, "source-layer": level, filter: ["==", ["get", "code"], ""],
        layout: { "line-join": "round", visibility: "none" }, paint: { "line-color": color, "line-width": width, "line-opacity": id === "halo" ? 0.8 : 1 },
      });
    }
  }

  /** Names: points of their own where the tiles have them (one a region), else the polygons. */
  addLabels(): void {
    for (const level of [...this.levels].reverse()) {
      const source = this.map.getSource(level) as (VectorTileSource & { vectorLayerIds?: string[] }) | undefined;
      const own = `${level}_label`;
      const known = source?.vectorLayerIds?.includes(own) ?? false;
      this.map.addLayer({
        id: `label-${level}`, type: "symbol", source: level, "source-layer": known ? own : level,
        minzoom: level === this.context.first ? 0 : { district: 0, township: 8.6, village: 12.2 }[level],
        layout: {
          visibility: level === this.context.first ? "visible" : "none",
          "text-field": this.label(), "text-font": FONT, "text-size": ["interpolate", ["linear"], ["zoom"], ...NAME_SIZES[level].flat()] as unknown as ExpressionSpecification, "text-max-width": 8, "text-padding": 3,
          // A name stands on its own region or not at all, and gives way to the numbers of clusters, which are above it.
          "text-anchor": "center",
          "text-letter-spacing": level === "district" ? 0.08 : 0.02,
        },
        paint: {
          "text-color": "#17303a", "text-halo-color": "rgba(255,255,255,0.88)", "text-halo-width": 1.5,
          "text-opacity": level === "district" ? ["interpolate", ["linear"], ["zoom"], 10.5, 1, 11.5, 0] : 1,
        },
      });
      this.sortLabels(level);
    }
  }
  /** Names and attribution in the language of the page. */
  speak(): void {
    for (const level of this.levels) {
      readFrom(this.map, level, this.url(level));
      if (this.map.getLayer(`label-${level}`)) this.map.setLayoutProperty(`label-${level}`, "text-field", this.label());
    }
  }
  private label(): ExpressionSpecification {
    const known = Object.entries(this.context.state.lang === FIRST ? {} : this.context.meta.names_en ?? {});
    // "Haidian District" is "Haidian" on a map, "Zhongguancun Subdistrict" "Zhongguancun".
    return known.length ? (["match", ["get", "code"], ...known.flatMap(([code, name]) => [code, name.replace(/ (District|Subdistrict|Area|Town|((Manchu|Hui|Mongol|and) )*(Ethnic )?Township)$/, "")]), LABEL] as unknown as ExpressionSpecification) : LABEL;
  }
  /** Larger regions are named first, by the areas that come with the figures. */
  private sortLabels(level: MapLevel): void {
    const areas = this.areas.get(level);
    if (!areas || level === "village" || !this.map.getLayer(`label-${level}`)) return;
    const byCode = (of: (km2: number) => number) => ["match", ["get", "code"], ...areas.flatMap(([code, km2]) => [code, of(km2)]), 0] as unknown as ExpressionSpecification;
    this.map.setLayoutProperty(`label-${level}`, "symbol-sort-key", byCode((km2) => -km2));
    if (level === "district") this.map.setFilter(`label-${level}`, [">=", ["zoom"], byCode(namedFrom)]);
  }

  /** Show a level's fill; the coarser fills beneath stay until the finer tiles have come, so nothing blinks. */
  show(level: MapLevel): void {
    const rank = this.levels.indexOf(level);
    for (const each of this.levels) {
      const other = this.levels.indexOf(each);
      const visible = (on: boolean) => (on ? "visible" : "none");
      if (each === level || other > rank) this.visible(`fill-${each}`, visible(each === level));
      this.visible(`line-${each}`, visible(each === this.context.first || other <= rank));
      this.visible(`hover-${each}`, visible(each === level));
      this.visible(`label-${each}`, visible(other <= rank && other >= rank - 1));
    }
    this.hover(null, null);
  }
  /** While cells are shown the regions keep their lines and names, without colours of their own. */
  under(cells: boolean): void {
    this.cells = cells;
    this.hatch();
    for (const level of this.levels) this.map.setPaintProperty(`fill-${level}`, "fill-opacity", cells ? 0 : 1);
  }
  /** Hatching where a region has no value, or no cell lies: of those alone, as to fill the whole land for them takes a third of a picture's time. */
  private hatch(): void {
    const { last } = this;
    const off = this.context.state.opacity === 0;
    this.visible("land", (this.cells || !last) && !off ? "visible" : "none");
    for (const level of this.levels) {
      const lacking = last?.level === level && !off && !this.cells
        ? [...last.picture.values].filter(([, { shown }]) => classOf(shown, last.picture.scale) < 0).map(([code]) => code) : [];
      if (this.hatched.get(level) === lacking.join()) continue;
      this.hatched.set(level, lacking.join());
      this.map.setFilter(`hatch-${level}`, ["in", ["get", "code"], ["literal", lacking]]);
      this.visible(`hatch-${level}`, lacking.length ? "visible" : "none");
    }
  }
  /** Hide the fills under the level once its own tiles are here. */
  settle(level: MapLevel): void {
    for (const each of this.levels) if (each !== level) this.visible(`fill-${each}`, "none");
  }
  private visible(layer: string, value: "visible" | "none"): void {
    if (this.map.getLayer(layer) && this.map.getLayoutProperty(layer, "visibility") !== value) {
      this.map.setLayoutProperty(layer, "visibility", value);
    }
  }

  paint(shown: Shown): void {
    const { level, picture, series } = shown;
    const off = this.context.state.opacity === 0;
    this.last = shown;
    this.hatch();
    if (!this.areas.has(level) && series.codes.length) {
      this.areas.set(level, series.codes.map((code, i) => [code, series.area_km2[i] ?? 0]));
      this.sortLabels(level);
    }
    const { scale } = picture;
    const ramp = off ? "off" : scale.colors.join();
    if (this.ramp.get(level) !== ramp) {
      this.map.setPaintProperty(`fill-${level}`, "fill-color", off ? OFF : fillColor(scale.colors));
      this.ramp.set(level, ramp);
    }
    let known = this.painted.get(level);
    if (!known) this.painted.set(level, (known = new Map()));
    for (const [code, value] of picture.values) {
      const own = classOf(value.shown, scale);
      const index = own < 0 || this.lit === null || this.lit === own ? own : own + RECEDING;
      if (known.get(code) === index) continue;
      known.set(code, index);
      this.map.setFeatureState({ source: level, sourceLayer: level, id: code }, { class: index });
    }
  }

  /** Point out one class: the others recede. */
  light(index: number | null): void {
    if (this.lit === index) return;
    this.lit = index;
    if (this.last) this.paint(this.last);
  }
  /** Every region as without data. */
  clear(level: MapLevel): void {
    this.last = null;
    this.hatch();
    this.painted.delete(level);
    this.map.removeFeatureState({ source: level, sourceLayer: level });
  }

  hover(level: MapLevel | null, code: string | null): void {
    if (this.hovered?.level === level && this.hovered?.code === code) return;
    if (this.hovered) this.map.setFeatureState({ source: this.hovered.level, sourceLayer: this.hovered.level, id: this.hovered.code }, { hover: false });
    this.hovered = level && code ? { level, code } : null;
    if (this.hovered) this.map.setFeatureState({ source: level!, sourceLayer: level!, id: code! }, { hover: true });
    for (const each of this.levels) this.map.setPaintProperty(`hover-${each}`, "line-opacity", this.hovered?.level === each ? 1 : 0);
  }
  /** Mark a region. Of the other levels nothing is drawn, so that no tile is fetched for them. */
  select(code: string): void {
    for (const level of this.levels) {
      for (const id of ["halo", "selected"]) {
        this.map.setFilter(`${id}-${level}`, ["==", ["get", "code"], code]);
        this.visible(`${id}-${level}`, code && this.context.levelOf(code) === level ? "visible" : "none");
      }
    }
  }
}

// What every part of the page is handed: the state, the metadata, the data, and a few signals between parts.
import type { Map as GlMap } from "maplibre-gl";
import type { CellStats, Filters, LayerInfo, Level, Meta, Series } from "./api";
import type { Scale } from "./classes";
import type { Data } from "./data";
import { boundariesOf } from "./divisions";
import { regionName } from "./fields";
import { speakIn, unitsNow } from "./format";
import type { State, Stateful } from "./state";
import { isUnit, UNIT } from "./unit";
import { unitsOf } from "./units";
import type { Picture } from "./values";

export type MapLevel = "district" | "township" | "village";

/** What the map shows now; the legend, the tooltip and the time bar read the same numbers. */
/** What cells show now: the values of a tile are read by `read`, coloured by the scale. */
export interface CellsShown { layer: LayerInfo; period: string; measure: State["measure"]; versus: string; scale: Scale; stats: CellStats | null; counts: number[]; most: number }
export interface Shown { level: MapLevel; series: Series; picture: Picture; period: string; measure: State["measure"] }
/** The second of two linked maps: its own context, and whether both are painted by one scale. */
export interface SecondMap { map: GlMap; context: Context; together: boolean; /** The value of the cell there, of its tile. */ cellAt(at: [number, number]): CellValue | null }

/** A cell's figures as a tile says them. */
export interface CellValue { volume_l: number | null; m3_per_km2: number | null; share: number | null; previous_l: number | null; change: number | null }

/** What is pointed at on a map: at a place, and at a point of the window; of a cell its figures, and its number in its tiles. */
export interface Hover { code: string; name: string; object: string; x: number; y: number; at: [number, number]; cell?: CellValue; id?: number }

type Signals = {
  /** The level the map is at, before its data is here. */
  level: MapLevel;
  shown: Shown;
  /** Cells are painted, or no longer (null). */
  cells: CellsShown | null;
  /** Figures are told in other units from now on. */
  units: null;
  /** A bar of the chart was chosen. */
  bar: { code: string; month: string; source: string };
  /** The play has come to its end: those who waited look again. */
  rest: null;
  busy: boolean;
  /** A class that is pointed out, or none. */
  light: number | null;
  /** A region that is pointed at beside the map, or none. */
  place: string | null;
  hover: Hover | null;
  /** The second map shows something else, has come, or has gone. */
  second: null;
  /** Something that an address asks for is not there. */
  missing: { part: "cell" | "object" | "area"; asked: string };
  failed: { what: "series" | "region" | "chart" | "second"; error: unknown; retry?: () => void };
  /** Tiles of the map did not come, or all have by now. */
  tiles: { lost: true; retry: () => void } | { lost: false };
  /** Move the camera to a region or a point. */
  go: { bounds?: [number, number, number, number]; point?: [number, number]; zoom?: number }; // zoom alone: where it is
  /** Open the popup of an object. */
  /** A position that somebody pasted; none any more. */
  pin: [number, number] | null;
  openObject: { layer: string; code: string; name: string; point: [number, number] };
};

export class Context {
  shown: Shown | null = null;
  cells: CellsShown | null = null;
  /** Cells are asked for at this zoom and not here yet. */
  cellsComing = false;
  /** The levels below the city, the coarsest first: a county has no districts. */
  readonly levels: MapLevel[];
  level: MapLevel;
  /** The second map, of the first one's context, while it is there. */
  second: SecondMap | null = null;
  /** While an area is drawn a click on the map is a part of it. */
  drawing = false;
  /** While regions are gathered whoever would select one adds it instead. */
  gather: ((code: string) => void) | null = null;
  private hearers = new Map<keyof Signals, ((value: never) => void)[]>();
  /** `marks` say to styles and tests what is shown. */
  constructor(readonly store: Stateful, readonly meta: Meta, readonly data: Data, readonly marks: DOMStringMap = document.documentElement.dataset) {
    this.levels = meta.levels.filter(isMapLevel);
    this.level = this.first;
    store.subscribe((_, changed) => { if (changed.has("lang")) this.speak(); }); // a language counts by a unit of its own
  }

  get state(): State {
    return this.store.state;
  }
  get filters(): Filters {
    const { source, purpose, resident, boundaries, period } = this.state;
    const { months, divisions } = this.meta;
    return { source, purpose, resident, boundaries: boundariesOf(boundaries, period, months, divisions) };
  }
  /** A division's name in the language of the page, where it has one. */
  nameOf(code: string, name: string): string {
    return regionName(this.meta, code, name);
  }
  get city(): string {
    return this.meta.city.code;
  }
  /** The level that divides the whole city. */
  get first(): MapLevel {
    return this.levels[0];
  }
  /** The level of a division code: the city's, else by its length (National Bureau of Statistics). */
  levelOf(code: string): Level {
    if (isUnit(code)) return UNIT;
    return code === this.city ? "city" : DIGITS[code.length] ?? "city";
  }
  /** The level that a division is divided into; none of the finest. */
  childOf(code: string): MapLevel | undefined {
    const level = this.levelOf(code);
    if (level === UNIT) return "township"; // of which a unit is made
    return isMapLevel(level) ? this.levels[this.levels.indexOf(level) + 1] : this.first;
  }
  layer(id: string): LayerInfo | undefined {
    return this.meta.layers.find((layer) => layer.id === id);
  }
  /** The scale that values are painted by whatever they are: none, but of a second map that shows the same as the first. */
  given(_of: "regions" | "cells"): Scale | null {
    return null;
  }
  /** Hear a signal, until the answer is called. */
  on<K extends keyof Signals>(name: K, hear: (value: Signals[K]) => void): () => void {
    this.hearers.set(name, [...(this.hearers.get(name) ?? []), hear]);
    return () => void this.hearers.set(name, (this.hearers.get(name) ?? []).filter((each) => each !== hear));
  }
  /** What is shown decides the units that all figures are told in. */
  protected speak(): void {
    speakIn(unitsOf(this.shown, this.cells));
  }
  emit<K extends keyof Signals>(name: K, value: Signals[K]): void {
    const before = unitsNow();
    if (name === "shown" || name === "cells") this.speak(); // before any part that writes figures
    for (const hear of this.hearers.get(name) ?? []) (hear as (value: Signals[K]) => void)(value);
    const { volume, density } = unitsNow();
    if (volume !== before.volume || density !== before.density) this.emit("units", null);
  }
}

/** How long the codes of a level are (National Bureau of Statistics). */
export const DIGITS_OF: Record<MapLevel, number> = { district: 6, township: 9, village: 12 };
const DIGITS: Record<number, Level> = Object.fromEntries(Object.entries(DIGITS_OF).map(([level, digits]) => [digits, level as MapLevel]));
export const isMapLevel = (level: string): level is MapLevel => level === "district" || level === "township" || level === "village";

// What every part of the page is handed: the state, the metadata, the data, and a few signals between parts.
import type { CellStats, Filters, LayerInfo, Level, Meta, Series } from "./api";
import type { Scale } from "./classes";
import type { Data } from "./data";
import { boundariesOf } from "./divisions";
import { speakIn, unitsNow } from "./format";
import { FIRST } from "./i18n";
import type { State, Store } from "./state";
import { unitsOf } from "./units";
import type { Picture } from "./values";

export type MapLevel = "district" | "township" | "village";

/** What the map shows now; the legend, the tooltip and the time bar read the same numbers. */
/** What cells show now: the values of a tile are read by `read`, coloured by the scale. */
export interface CellsShown { layer: LayerInfo; period: string; measure: State["measure"]; versus: string; scale: Scale; stats: CellStats | null; counts: number[]; most: number }
export interface Shown { level: MapLevel; series: Series; picture: Picture; period: string; measure: State["measure"] }

/** A cell's figures as a tile says them. */
export interface CellValue { volume_l: number | null; m3_per_km2: number | null; share: number | null; previous_l: number | null; change: number | null }

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
  hover: { code: string; name: string; object: string; x: number; y: number; cell?: CellValue } | null;
  /** Something that an address asks for is not there. */
  missing: { part: "cell" | "object" | "area"; asked: string };
  failed: { what: "series" | "region" | "chart"; error: unknown; retry?: () => void };
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
  /** While an area is drawn a click on the map is a part of it. */
  drawing = false;
  /** While regions are gathered whoever would select one adds it instead. */
  gather: ((code: string) => void) | null = null;
  private hearers = new Map<keyof Signals, ((value: never) => void)[]>();
  constructor(readonly store: Store, readonly meta: Meta, readonly data: Data) {
    this.levels = meta.levels.filter(isMapLevel);
    this.level = this.first;
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
    return (this.state.lang !== FIRST && this.meta.names_en?.[code]) || name;
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
    return code === this.city ? "city" : DIGITS[code.length] ?? "city";
  }
  /** The level that a division is divided into; none of the finest. */
  childOf(code: string): MapLevel | undefined {
    const level = this.levelOf(code);
    return isMapLevel(level) ? this.levels[this.levels.indexOf(level) + 1] : this.first;
  }
  layer(id: string): LayerInfo | undefined {
    return this.meta.layers.find((layer) => layer.id === id);
  }
  on<K extends keyof Signals>(name: K, hear: (value: Signals[K]) => void): void {
    this.hearers.set(name, [...(this.hearers.get(name) ?? []), hear]);
  }
  emit<K extends keyof Signals>(name: K, value: Signals[K]): void {
    const before = unitsNow();
    if (name === "shown" || name === "cells") speakIn(unitsOf(this.shown, this.cells)); // before any part that writes figures
    for (const hear of this.hearers.get(name) ?? []) (hear as (value: Signals[K]) => void)(value);
    const { volume, density } = unitsNow();
    if (volume !== before.volume || density !== before.density) this.emit("units", null);
  }
}

const DIGITS: Record<number, Level> = { 6: "district", 9: "township", 12: "village" };
export const isMapLevel = (level: string): level is MapLevel => level === "district" || level === "township" || level === "village";

// From the matrix of litres to what the map shows: one value per region for a period and a measure.
import type { Litres, Series } from "./api";
import { changeScale, type Scale, sequentialScale } from "./classes";
import { added, LITRES_PER_M3 } from "./format";
import { comparedWith, kindOf, monthsOf } from "./periods";
import type { Measure } from "./state";

export interface RegionValue {
  /** Null where nothing is recorded: no data, which is not nought. */
  volume_l: number | null;
  /** Litres of the period compared with; null when it is not there, or nothing is recorded in it. */
  before_l: number | null;
  change: number | null;
  m3_per_km2: number | null;
  /** The measure chosen: litres, m³/km² or a fraction. Null is no data. */
  shown: number | null;
}
export interface Picture {
  values: Map<string, RegionValue>;
  scale: Scale;
  total_l: number | null;
  placed_l: number | null;
  gaps_l: number | null;
  gaps: { coarser: number | null; unassigned: number | null; outside: number | null } | null;
  hasComparison: boolean;
}

const at = (row: Readonly<Litres>, indexes: readonly number[]): number | null => added(indexes.map((i) => row[i]));
export const isChange = (measure: Measure): boolean => measure.startsWith("change") || measure === "ratio";
/** Whether a measure has two sides: more and less. */
export const isTwoSided = (measure: Measure): boolean => isChange(measure) || measure === "difference";

function ratio(now: number | null, before: number | null): number | null {
  return now === null || before === null || before <= 0 ? null : now / before - 1;
}
const dense = (volume: number | null, area: number | null): number | null => (area && volume !== null ? volume / LITRES_PER_M3 / area : null);

function shownValue(measure: Measure, volume: number | null, area: number | null, change: number | null, now: number | null, before: number | null): number | null {
  if (measure === "difference") return before === null || now === null ? null : now - before;
  if (isChange(measure)) return change;
  return measure === "volume" ? volume : dense(volume, area);
}

/** Values of every region of a series for a period; the scale is the API's (see classes.ts). */
export function picture(series: Series, period: string, measure: Measure, versus = "", given?: Scale): Picture {
  const index = new Map(series.months.map((month, i) => [month, i]));
  const indexes = (months: string[]) => months.map((month) => index.get(month)!);
  const current = indexes(monthsOf(period, series.months));
  const pairs = comparedWith(period, measure, series.months, versus);
  const now = indexes(pairs.now);
  const before = indexes(pairs.before);
  const hasComparison = before.length > 0;

  const values = new Map<string, RegionValue>();
  const placed: Litres = [];
  series.codes.forEach((code, i) => {
    const row = series.volume_l[i];
    const area = series.area_km2[i] ?? null;
    const volume = at(row, current);
    placed.push(volume);
    const previous = hasComparison ? at(row, before) : null;
    const compared = at(row, now);
    const change = ratio(compared, previous);
    values.set(code, { volume_l: volume, before_l: previous, change, m3_per_km2: dense(volume, area), shown: shownValue(measure, volume, area, change, compared, previous) });
  });
  const sum = (row: Readonly<Litres> | undefined) => (row ? at(row, current) : null);
  const { gaps } = series;
  return {
    values,
    scale: given ?? scaleOf(series, period, measure, values),
    total_l: sum(series.total_l),
    placed_l: added(placed),
    gaps_l: sum(series.gaps_l),
    gaps: gaps ? { coarser: sum(gaps.coarser), unassigned: sum(gaps.unassigned), outside: sum(gaps.outside) } : null,
    hasComparison,
  };
}

const scales = new WeakMap<Series, Map<string, Scale>>();
/** The scale of a series for a measure: one for all single months, one a year, one for the range. */
function scaleOf(series: Series, period: string, measure: Measure, values: Map<string, RegionValue>): Scale {
  const known = scales.get(series) ?? new Map<string, Scale>();
  scales.set(series, known);
  const key = `${measure}/${kindOf(period) !== "month" ? period : isChange(measure) ? `months of ${period.slice(0, 4)}` : "month"}`;
  const scale = known.get(key) ?? (isChange(measure) ? changeScale(changesIn(series, period, measure, values)) : classesOf(series, period, measure));
  known.set(key, scale);
  return scale;
}
/** The API's classes; volumes are litres here and m³ there. */
export function classesOf(series: Pick<Series, "classes">, period: string, measure: Measure): Scale {
  const classes = series.classes[measure === "volume" ? "volume" : "per_km2"];
  const kind = kindOf(period);
  const found = kind === "month" ? classes.month : kind === "year" ? classes.year[period] : classes.all;
  const factor = measure === "volume" ? LITRES_PER_M3 : 1;
  return sequentialScale((found?.breaks ?? []).map((each) => each * factor));
}
/** The change of every region of a series; null where there is nothing to compare with. */
export function changesOf(series: Series, period: string, measure: "change_previous" | "change_year"): Map<string, number | null> {
  const pairs = comparedWith(period, measure, series.months);
  const indexes = (months: string[]) => months.map((month) => series.months.indexOf(month));
  const [now, before] = [indexes(pairs.now), indexes(pairs.before)];
  return new Map(series.codes.map((code, i) => [code, before.length ? ratio(at(series.volume_l[i], now), at(series.volume_l[i], before)) : null]));
}
/** What the steps of change are chosen by: the period's changes, or those of all months of a month's year. */
function changesIn(series: Series, period: string, measure: Measure, values: Map<string, RegionValue>): number[] {
  if (kindOf(period) !== "month") return [...values.values()].map((value) => value.shown ?? NaN);
  const all: number[] = [];
  for (const month of monthsOf(period.slice(0, 4), series.months)) {
    const pairs = comparedWith(month, measure, series.months);
    const m = series.months.indexOf(month);
    const b = pairs.before.length ? series.months.indexOf(pairs.before[0]) : -1;
    if (b >= 0) for (const row of series.volume_l) all.push(ratio(row[m], row[b]) ?? NaN);
  }
  return all;
}

/** One region's value, without the classes of the whole map; null when the series does not hold it. */
export function regionValue(series: Series, code: string, period: string, measure: Measure, versus = ""): RegionValue | null {
  const i = series.codes.indexOf(code);
  return i < 0 ? null : valueOf(series.volume_l[i], series, series.area_km2[i] ?? null, period, measure, versus);
}
/** The whole city's value: everything recorded, placed or not. */
export function cityValue(series: Series, period: string, measure: Measure, versus = ""): RegionValue {
  const area = series.area_km2.reduce<number>((sum, km2) => sum + (km2 ?? 0), 0);
  return valueOf(series.total_l, series, area || null, period, measure, versus);
}
function valueOf(row: Readonly<Litres>, series: Series, area: number | null, period: string, measure: Measure, versus: string): RegionValue {
  const indexes = (months: string[]) => months.map((month) => series.months.indexOf(month));
  const pairs = comparedWith(period, measure, series.months, versus);
  const volume = at(row, indexes(monthsOf(period, series.months)));
  const before = pairs.before.length ? at(row, indexes(pairs.before)) : null;
  const now = at(row, indexes(pairs.now));
  const change = ratio(now, before);
  return { volume_l: volume, before_l: before, change, m3_per_km2: dense(volume, area), shown: shownValue(measure, volume, area, change, now, before) };
}

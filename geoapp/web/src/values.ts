// From the matrix of litres to what the map shows: one value per region for a period and a measure.
import type { Series } from "./api";
import { changeScale, type Scale, sequentialScale } from "./classes";
import { LITRES_PER_M3 } from "./format";
import { comparedWith, kindOf, monthsOf } from "./periods";
import type { Measure } from "./state";

export interface RegionValue {
  volume_l: number;
  /** Litres of the period compared with; null when it is not there. */
  before_l: number | null;
  change: number | null;
  m3_per_km2: number | null;
  /** The measure chosen: litres, m³/km² or a fraction. Null is no data. */
  shown: number | null;
}
export interface Picture {
  values: Map<string, RegionValue>;
  scale: Scale;
  total_l: number;
  placed_l: number;
  gaps_l: number;
  gaps: { coarser: number; unassigned: number; outside: number } | null;
  hasComparison: boolean;
}

const at = (row: readonly number[], indexes: readonly number[]): number => indexes.reduce((sum, i) => sum + (row[i] ?? 0), 0);
export const isChange = (measure: Measure): boolean => measure.startsWith("change") || measure === "ratio";
/** Whether a measure has two sides: more and less. */
export const isTwoSided = (measure: Measure): boolean => isChange(measure) || measure === "difference";

function ratio(now: number, before: number | null): number | null {
  return before === null || before <= 0 ? null : now / before - 1;
}

function shownValue(measure: Measure, volume: number, area: number | null, change: number | null, now: number, before: number | null): number | null {
  if (measure === "difference") return before === null || (now === 0 && before === 0) ? null : now - before;
  if (isChange(measure)) return change;
  if (volume === 0) return null;
  if (measure === "volume") return volume;
  return area ? volume / LITRES_PER_M3 / area : null;
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
  let placed = 0;
  series.codes.forEach((code, i) => {
    const row = series.volume_l[i];
    const area = series.area_km2[i] ?? null;
    const volume = at(row, current);
    placed += volume;
    const previous = hasComparison ? at(row, before) : null;
    const compared = at(row, now);
    const change = ratio(compared, previous);
    const density = area ? volume / LITRES_PER_M3 / area : null;
    values.set(code, { volume_l: volume, before_l: previous, change, m3_per_km2: density, shown: shownValue(measure, volume, area, change, compared, previous) });
  });
  const sum = (row: readonly number[] | undefined) => (row ? at(row, current) : 0);
  const { gaps } = series;
  return {
    values,
    scale: given ?? scaleOf(series, period, measure, values),
    total_l: sum(series.total_l),
    placed_l: placed,
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
  const scale = known.get(key) ?? (isChange(measure) ? changeScale(changesOf(series, period, measure, values)) : classesOf(series, period, measure));
  known.set(key, scale);
  return scale;
}
/** The API's classes; volumes are litres here and m³ there. */
function classesOf(series: Series, period: string, measure: Measure): Scale {
  const classes = series.classes[measure === "volume" ? "volume" : "per_km2"];
  const kind = kindOf(period);
  const found = kind === "month" ? classes.month : kind === "year" ? classes.year[period] : classes.all;
  const factor = measure === "volume" ? LITRES_PER_M3 : 1;
  return sequentialScale((found?.breaks ?? []).map((each) => each * factor));
}
/** What the steps of change are chosen by: the period's changes, or those of all months of a month's year. */
function changesOf(series: Series, period: string, measure: Measure, values: Map<string, RegionValue>): number[] {
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
function valueOf(row: readonly number[], series: Series, area: number | null, period: string, measure: Measure, versus: string): RegionValue {
  const indexes = (months: string[]) => months.map((month) => series.months.indexOf(month));
  const pairs = comparedWith(period, measure, series.months, versus);
  const volume = at(row, indexes(monthsOf(period, series.months)));
  const before = pairs.before.length ? at(row, indexes(pairs.before)) : null;
  const now = at(row, indexes(pairs.now));
  const change = ratio(now, before);
  return { volume_l: volume, before_l: before, change, m3_per_km2: area ? volume / LITRES_PER_M3 / area : null, shown: shownValue(measure, volume, area, change, now, before) };
}

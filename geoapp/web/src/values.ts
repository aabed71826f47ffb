// From the matrix of litres to what the map shows: one value per region for a period and a measure.
import type { Litres, Series } from "./api";
import { changeScale, type Scale, sequentialScale, standingScale } from "./classes";
import { added } from "./format";
import { LITRES_PER_M3 } from "./litres";
import { ENTRIES, isChange } from "./measures";
import { daysIn, NOBODY, type People, peopleOf } from "./people";
import { earlierMonths, type Standing, standing, TENTHS_FROM } from "./percentile";
import { comparedWith, kindOf, monthsOf } from "./periods";
import type { Measure } from "./state";

/** What is known of a place in a period: all that a measure can tell. */
export interface Figures {
  /** Null where nothing is recorded: no data, which is not nought. */
  volume_l: number | null;
  /** Litres of the period compared with; null when it is not there, or nothing is recorded in it. */
  before_l: number | null;
  /** Litres of those of its months that are compared. */
  like_l?: number | null;
  change: number | null;
  m3_per_km2: number | null;
  people?: People;
  l_per_resident_day?: number | null;
  m3_per_household_month?: number | null;
  /** Of a month, where it is asked for: its place among those of earlier years. */
  standing?: Standing | null;
}
export interface RegionValue extends Figures {
  /** The measure chosen, in the page's own unit (litres, m³/km², a fraction). Null is no data. */
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

/** What a tile says of a cell, as figures of a place. */
export const figuresOf = (cell: { volume_l: number | null; m3_per_km2: number | null; change: number | null; previous_l: number | null }): Figures => ({
  volume_l: cell.volume_l, m3_per_km2: cell.m3_per_km2, change: cell.change, before_l: cell.previous_l, like_l: cell.volume_l,
});

const at = (row: Readonly<Litres>, indexes: readonly number[]): number | null => added(indexes.map((i) => row[i]));
function ratio(now: number | null, before: number | null): number | null {
  return now === null || before === null || before <= 0 ? null : now / before - 1;
}
const dense = (volume: number | null, area: number | null): number | null => (area && volume !== null ? volume / LITRES_PER_M3 / area : null);

const per = (amount: number | null, divisor: number | undefined): number | null => (amount === null || !divisor ? null : amount / divisor);

/** Which of a series' months a period and measure ask for, by their places in it. */
interface Months { current: number[]; now: number[]; before: number[]; earlier: number[]; days: number }
function monthsAsked(series: Series, period: string, measure: Measure, versus: string): Months {
  const index = new Map(series.months.map((month, i) => [month, i]));
  const indexes = (months: string[]) => months.map((month) => index.get(month)!);
  const current = monthsOf(period, series.months);
  const pairs = comparedWith(period, measure, series.months, versus);
  const earlier = ENTRIES[measure].ofMonth && kindOf(period) === "month" ? earlierMonths(period, series.months) : [];
  return { current: indexes(current), now: indexes(pairs.now), before: indexes(pairs.before), earlier: indexes(earlier), days: daysIn(current) };
}
/** All that is known of a row of litres, and the measure that is shown of it. */
function valueOf(row: Readonly<Litres>, months: Months, area: number | null, people: People, measure: Measure, inside = row): RegionValue {
  // What is divided by area or people is what was used in the place.
  const used = at(inside, months.current);
  const volume = at(row, months.current);
  const before = months.before.length ? at(row, months.before) : null;
  const like = at(row, months.now);
  const figures: Figures = {
    volume_l: volume, before_l: before, like_l: like, change: ratio(like, before), m3_per_km2: dense(used, area), people,
    l_per_resident_day: per(used, people.residents ? people.residents.number * months.days : 0),
    m3_per_household_month: per(used === null ? null : used / LITRES_PER_M3, people.households ? people.households.number * months.current.length : 0),
    standing: ENTRIES[measure].ofMonth ? standing(volume, months.earlier.map((i) => row[i])) : null,
  };
  return { ...figures, shown: ENTRIES[measure].of(figures) };
}

/** Values of every region of a series for a period; the scale is the API's (see classes.ts). */
export function picture(series: Series, period: string, measure: Measure, versus = "", given?: Scale): Picture {
  const months = monthsAsked(series, period, measure, versus);
  const counted = hasPeople(series);
  const values = new Map<string, RegionValue>();
  const placed: Litres = [];
  series.codes.forEach((code, i) => {
    const value = valueOf(series.volume_l[i], months, series.area_km2[i] ?? null, counted ? peopleOf(series, i, period) : NOBODY, measure);
    placed.push(value.volume_l);
    values.set(code, value);
  });
  const sum = (row: Readonly<Litres> | undefined) => (row ? at(row, months.current) : null);
  const { gaps } = series;
  return {
    values,
    scale: given ?? scaleOf(series, period, measure, values),
    total_l: sum(series.total_l),
    placed_l: added(placed),
    gaps_l: sum(series.gaps_l),
    gaps: gaps ? { coarser: sum(gaps.coarser), unassigned: sum(gaps.unassigned), outside: sum(gaps.outside) } : null,
    hasComparison: months.before.length > 0,
  };
}
/** Whether anybody was counted in what a series is of: of thousands of villages mostly nobody. */
const hasPeople = ({ population }: Series): boolean => population.residents.days.length + population.households.days.length > 0;

const scales = new WeakMap<Series, Map<string, Scale>>();
/** The scale of a series for a measure: one for all single months, one a year, one for the range. */
function scaleOf(series: Series, period: string, measure: Measure, values: Map<string, RegionValue>): Scale {
  const known = scales.get(series) ?? new Map<string, Scale>();
  scales.set(series, known);
  const key = `${measure}/${kindOf(period) !== "month" || measure === "percentile" ? period : isChange(measure) ? `months of ${period.slice(0, 4)}` : "month"}`;
  const scale = known.get(key) ?? (measure === "percentile" ? standingScale([...values.values()].some((value) => (value.standing?.years ?? 0) >= TENTHS_FROM))
    : isChange(measure) ? changeScale(changesIn(series, period, measure, values)) : classesOf(series, period, measure));
  known.set(key, scale);
  return scale;
}
/** The API's classes of a measure that has any, in the page's own unit: volumes are litres here and m³ there. */
export function classesOf(series: Pick<Series, "classes">, period: string, measure: Measure): Scale {
  const { name, stored } = ENTRIES[measure].classes ?? ENTRIES.volume.classes!;
  const classes = series.classes[name];
  const kind = kindOf(period);
  const found = kind === "month" ? classes.month : kind === "year" ? classes.year[period] : classes.all;
  return sequentialScale((found?.breaks ?? []).map((each) => each * stored));
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
  return i < 0 ? null : valueOf(series.volume_l[i], monthsAsked(series, period, measure, versus), series.area_km2[i] ?? null, peopleOf(series, i, period), measure);
}
/** The whole city's value: everything recorded, placed or not; divided by area or people what was used in it, as the API's is. */
export function cityValue(series: Series, period: string, measure: Measure, versus = ""): RegionValue {
  const area = series.area_km2.reduce<number>((sum, km2) => sum + (km2 ?? 0), 0);
  const nowhere = (i: number): number => (series.gaps?.unassigned?.[i] ?? 0) + (series.gaps?.outside?.[i] ?? 0);
  const inside = series.total_l.map((litres, i) => (litres === null ? null : litres - nowhere(i)));
  return valueOf(series.total_l, monthsAsked(series, period, measure, versus), area || null, peopleOf(series, "whole", period), measure, inside);
}

// Periods as index ranges into a list of months; and the period each is compared with.
import { isCompare, type Measure } from "./state";

export type PeriodKind = "month" | "year" | "range";
export const kindOf = (period: string): PeriodKind => (period.includes("..") ? "range" : period.length === 4 ? "year" : "month");

/** Shift a "YYYY-MM" by a number of months. */
export function shift(month: string, by: number): string {
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + by;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;
}

/** The months of a period that are really there, ascending. */
export function monthsOf(period: string, months: readonly string[]): string[] {
  const kind = kindOf(period);
  if (kind === "month") return months.filter((month) => month === period);
  if (kind === "year") return months.filter((month) => month.startsWith(period));
  const [from, to] = period.split("..");
  return months.filter((month) => month >= from && month <= to);
}

/** All months that a period names, whether there are figures of them or not. */
function named(period: string): string[] {
  const [first, last = first] = period.split("..");
  const [from, to] = [first.length === 4 ? `${first}-01` : first, last.length === 4 ? `${last}-12` : last];
  const found: string[] = [];
  for (let month = from; month <= to; month = shift(month, 1)) found.push(month);
  return found;
}

/** Whether two periods can be compared: of as many months, as the API asks. */
export const areLike = (period: string, versus: string): boolean => named(period).length === named(versus).length;

/** Months compared with, pairwise: like with like, so a part year meets the same months of the year before. */
export function comparedWith(period: string, measure: Measure, months: readonly string[], versus = ""): { now: string[]; before: string[] } {
  if (isCompare(measure)) {
    const before = named(versus);
    const both = areLike(period, versus) ? named(period).map((month, i) => [month, before[i]]).filter((pair) => pair.every((month) => months.includes(month))) : [];
    return { now: both.map(([month]) => month), before: both.map(([, month]) => month) };
  }
  const current = monthsOf(period, months);
  const kind = kindOf(period);
  const back = kind === "month" && measure !== "change_year" ? 1 : kind === "range" && measure !== "change_year" ? current.length : 12;
  const pairs = current.map((month) => [month, shift(month, -back)]).filter(([, before]) => months.includes(before));
  return { now: pairs.map(([now]) => now), before: pairs.map(([, before]) => before) };
}

export const years = (months: readonly string[]): string[] => [...new Set(months.map((month) => month.slice(0, 4)))];

/** What the slider steps over: months, years, or the one whole range. */
export function steps(kind: PeriodKind, months: readonly string[]): string[] {
  if (kind === "month") return [...months];
  if (kind === "year") return years(months);
  return [`${months[0]}..${months[months.length - 1]}`];
}

/** The same moment in another kind of period: a year's last month, a month's year, the whole range. */
export function convert(period: string, kind: PeriodKind, months: readonly string[]): string {
  if (kind === "range") return steps("range", months)[0];
  const within = monthsOf(period, months);
  const last = within[within.length - 1] ?? months[months.length - 1];
  if (kind === "year") return last.slice(0, 4);
  return kindOf(period) === "month" ? period : last;
}

/** Months that follow each other as one period, the way the API names it; "" for none. */
export function spanOf(months: readonly string[]): string {
  if (!months.length) return "";
  const [first, last] = [months[0], months[months.length - 1]];
  if (first === last) return first;
  return first.endsWith("-01") && last === `${first.slice(0, 4)}-12` ? first.slice(0, 4) : `${first}..${last}`;
}

/** A period, and what it is compared with. A whole year of one is compared with nothing: its last month with its first says more. */
export function pairOf(period: string, versus: string, months: readonly string[]): { period: string; versus: string } {
  if (versus && versus !== period && areLike(period, versus)) return { period, versus };
  const other = firstVersus(period, months);
  return other !== period && areLike(period, other) ? { period, versus: other } : { period: months[months.length - 1], versus: months[0] };
}

/** What a second map first shows beside a period: the year before, or another month or year; the same period where there is none as long. */
export function besidePeriod(period: string, months: readonly string[]): string {
  const other = firstVersus(period, months);
  return areLike(period, other) ? other : period;
}
/** What a period is first compared with: the year before if it is there, else the first month or year there is. */
function firstVersus(period: string, months: readonly string[]): string {
  const kind = kindOf(period);
  const before = kind === "month" ? shift(period, -12) : kind === "year" ? String(Number(period) - 1) : "";
  if (before && monthsOf(before, months).length) return before;
  const other = kind === "month" ? months.filter((month) => month !== period) : years(months).filter((year) => year !== period);
  return other[0] ?? months[0];
}

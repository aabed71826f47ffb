// What litres are divided by: of the days on which somebody was counted the one that a period asks for, by the rule of
// layers/stats/population.py, and the time that the litres were used in.
import type { Series } from "./api";

export type PeopleKind = "residents" | "households";
export interface Count { number: number; day: string }
export type People = Record<PeopleKind, Count | null>;
export const NOBODY: People = { residents: null, households: null };

/** The last month that a period names. */
const lastOf = (period: string): string => {
  const end = period.split("..").at(-1)!;
  return end.length === 4 ? `${end}-12` : end;
};
function chosen(days: readonly string[], numbers: readonly (number | null)[], period: string): Count | null {
  const end = `${lastOf(period)}-31`;
  const counted = days.flatMap((day, i) => (numbers[i] === null ? [] : [{ number: numbers[i], day }]));
  return counted.filter(({ day }) => day <= end).at(-1) ?? counted[0] ?? null;
}
/** The people of a row of a series, or of what its rows are parts of. */
export function peopleOf({ population }: Series, row: number | "whole", period: string): People {
  const of = (kind: PeopleKind): Count | null => {
    const { days, numbers, whole } = population[kind];
    return days.length ? chosen(days, row === "whole" ? whole : numbers.map((each) => each[row]), period) : null;
  };
  return { residents: of("residents"), households: of("households") };
}
/** How many days some months ("2019-07") have together. */
export const daysIn = (months: readonly string[]): number =>
  months.reduce((sum, month) => sum + new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 0)).getUTCDate(), 0);

// Which divisions the page speaks in: those of the months it shows, or today's where the reader asks for them.
import type { Divisions } from "./api";
import { monthsOf } from "./periods";

/** The edition that a period speaks in by itself: that of its last month with figures. */
export function editionOf(period: string, months: readonly string[], editions: readonly Divisions[]): Divisions | undefined {
  const last = monthsOf(period, months).at(-1);
  return editions.find(({ until }) => until === null || (last !== undefined && last <= until));
}

/** What the API is asked: nothing where there have never been other divisions; else always by name, also of the default. */
export function boundariesOf(choice: string, period: string, months: readonly string[], editions: readonly Divisions[]): string {
  if (editions.length < 2) return "";
  if (choice) return choice;
  const edition = editionOf(period, months, editions);
  return !edition || edition.current ? "current" : edition.until!;
}

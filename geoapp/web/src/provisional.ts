// Which months are provisional, as the authority says: of all figures, or of some divisions. By the rule of
// layers/stats/provisional.py: a figure is provisional when any of its months is, in what it is part of, in itself, or in a part of it.
import type { Series } from "./api";
import { periodText } from "./format";
import { language, listed, t } from "./i18n";
import { monthsOf } from "./periods";

/** One month, everywhere (null) or in the divisions of these codes. */
export interface ProvisionalMark { month: string; regions: string[] | null; note: string }

/** The provisional months of a period; of one division, or ("") of all that a series is of. */
export function provisionalOf(series: Series | null | undefined, period: string, code = ""): string[] {
  if (!series?.provisional.length) return [];
  const asked = new Set(monthsOf(period, series.months));
  const touches = ({ regions }: ProvisionalMark): boolean => !code || regions === null || regions.some((own) => own.startsWith(code) || code.startsWith(own));
  return [...new Set(series.provisional.filter((mark) => asked.has(mark.month) && touches(mark)).map(({ month }) => month))];
}
/** Whether the months of a period are provisional in some divisions alone. */
export const isPartly = (series: Series | null | undefined, period: string): boolean => {
  const asked = new Set(series ? monthsOf(period, series.months) : []);
  return Boolean(series?.provisional.length) && series!.provisional.every(({ month, regions }) => regions !== null || !asked.has(month));
};
/** It in words, empty where nothing is: of a single month one word is enough. */
export function provisionalText(months: readonly string[], period: string): string {
  if (!months.length) return "";
  return months.length === 1 && months[0] === period ? t("provisional") : t("provisionalMonths", { months: listed(months.map((month) => periodText(month, language()))) });
}

// The divisions that the page speaks in, in words.
import type { Context } from "../context";
import { t } from "../i18n";

/** Of cells, which are cut at today's lines whatever the month: the same words, and a warning of months that had others. */
export function cellDivisionsWords({ meta }: Context): string {
  const since = meta.divisions.at(-1)?.since;
  return meta.divisions.length > 1 && since ? t("divisionsSince", { month: since }) : "";
}
export function cellsOfOtherDivisions({ meta }: Context, months: readonly string[]): string {
  const since = meta.divisions.at(-1)?.since;
  return meta.divisions.length > 1 && since && months.some((month) => month < since) ? t("gridDivisions", { month: since }) : "";
}

/** "按 2019-03 及以前的区划"; empty where there have never been others. */
export function divisionsWords({ meta, filters: { boundaries } }: Context): string {
  if (meta.divisions.length < 2) return "";
  const edition = meta.divisions.find(({ until }) => until === null || (boundaries !== "current" && boundaries <= until))!;
  return edition.until ? t("divisionsUntil", { month: edition.until }) : t("divisionsSince", { month: edition.since ?? "" });
}

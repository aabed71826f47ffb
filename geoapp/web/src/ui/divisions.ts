// The divisions that the page speaks in, in words.
import type { Context } from "../context";
import { t } from "../i18n";

/** "按 2019-03 及以前的区划"; empty where there have never been others. */
export function divisionsWords({ meta, filters: { boundaries } }: Context): string {
  if (meta.divisions.length < 2) return "";
  const edition = meta.divisions.find(({ until }) => until === null || (boundaries !== "current" && boundaries <= until))!;
  return edition.until ? t("divisionsUntil", { month: edition.until }) : t("divisionsSince", { month: edition.since ?? "" });
}

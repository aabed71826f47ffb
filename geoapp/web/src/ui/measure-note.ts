// What a measure divides by or compares with, in words beside its figures; and why there is nothing where there is nothing.
import type { CountTold, MeasureInfo } from "../api";
import type { Context, Shown } from "../context";
import { h } from "../dom";
import { integer } from "../format";
import { t, tk, words } from "../i18n";
import { ENTRIES } from "../measures";
import type { Count, PeopleKind } from "../people";
import { earlierMonths, LEAST, type Standing, STANDINGS, TENTHS_FROM } from "../percentile";
import { kindOf } from "../periods";
import { isPartly, provisionalOf, provisionalText } from "../provisional";
import type { Measure } from "../state";

/** The API's word of a measure of the page. */
const infoOf = (context: Context, measure: Measure): MeasureInfo | undefined =>
  context.meta.measures.find(({ name }) => name === (measure.startsWith("change") ? "change" : measure));

/** Why a measure can tell nothing here, or nothing of the period that is shown; empty where it can. */
export function whyNot(context: Context, measure: Measure): string {
  const never = infoOf(context, measure)?.why_not;
  if (never) return words(never);
  const { period } = context.state;
  if (!ENTRIES[measure].ofMonth) return "";
  if (kindOf(period) !== "month") return t("standingMonth");
  const years = earlierMonths(period, context.meta.months).length;
  return years < LEAST ? t("standingYears", { n: LEAST, years }) : "";
}

/** How many people, as counted on which day. */
export const countText = (kind: PeopleKind, { number, day }: Count): string => t(kind === "residents" ? "residentsOf" : "householdsOf", { n: integer(number), day });
/** The same with whose count it is. */
export const countedText = (kind: PeopleKind, count: CountTold): string =>
  [countText(kind, count), count.summed ? t("countSummed") : "", count.source].filter(Boolean).join(" · ");

/** A place among earlier years: its class, the percentile where it has one, and among how many. */
export const standingText = (standing: Standing): string => `${tk(standing.years < TENTHS_FROM ? "standingFew" : "standing", standing.class)} · ${placeText(standing)}`;
/** The same without its class. */
export const placeText = ({ percentile, years }: Standing): string =>
  [percentile === null ? "" : t("standingPercentile", { p: integer(percentile) }), t("standingOf", { n: years })].filter(Boolean).join(" · ");

/** On which days they were counted whom the places on the map are divided by, or how many years a month is placed among. */
export function measureAbout(context: Context): string {
  const { shown, state } = context;
  const { people, ofMonth } = ENTRIES[state.measure];
  if (people && shown) {
    const days = [...new Set([...shown.picture.values.values()].flatMap((value) => value.people?.[people]?.day ?? []))].sort();
    return days.length ? t(people === "residents" ? "residentsDay" : "householdsDay", { day: days.join(", ") }) : "";
  }
  if (ofMonth && shown && kindOf(state.period) === "month") return t("standingAmong", { n: earlierMonths(state.period, shown.series.months).length });
  return "";
}

/** Which months of what is shown may still change. */
export function provisionalAbout({ shown, state }: Context): string {
  const told = provisionalText(provisionalOf(shown?.series, state.period), state.period);
  return told && isPartly(shown?.series, state.period) ? t("provisionalPartly", { what: told }) : told;
}

/** Why the map, or a part of it, has nothing to show. */
export function lackNote(context: Context, { picture, measure, series }: Shown): HTMLElement | null {
  const { people, ofMonth, twoSided } = ENTRIES[measure];
  const why = whyNot(context, measure);
  const note = (text: string, name: string) => h("p", { class: "hint", "data-testid": name }, text);
  if (why) return note(why, "measure-lack");
  if (people) {
    const lacking = [...picture.values.values()].filter((value) => !value.people?.[people]).length;
    if (!lacking) return null;
    return note(lacking === series.codes.length ? t(people === "residents" ? "residentsNone" : "householdsNone") : t("countLacking", { n: lacking }), "measure-lack");
  }
  const few = ofMonth ? [...picture.values.values()].filter(({ standing }) => standing && standing.years < TENTHS_FROM).length : 0;
  if (few && few < picture.values.size && picture.scale.breaks.length === STANDINGS.length - 1) return note(t("standingMixed", { n: few, years: TENTHS_FROM }), "measure-lack");
  return twoSided && !ofMonth && !picture.hasComparison ? note(t("comparedNone"), "no-comparison") : null;
}

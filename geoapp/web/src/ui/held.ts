// What a region's answer would say of another month, from what is held already: the answer of another period of the same year, and the
// series of the level. Null where the answer has more to say than these know; then it is asked for.
import type { RegionDetail, Series } from "../api";
import type { Context } from "../context";
import { added } from "../format";
import type { PeopleKind } from "../people";
import { earlierMonths } from "../percentile";
import { kindOf } from "../periods";
import { isUnit } from "../unit";
import { cityValue, regionValue } from "../values";

const KINDS: readonly PeopleKind[] = ["residents", "households"];

/** The series that the region is in, and that of its parts; each null where it is not here. */
export interface Held { of: Series | null; children: Series | null }

export function heldDetail(context: Context, detail: RegionDetail | null, { of, children }: Held): RegionDetail | null {
  const { period, measure, versus } = context.state;
  const whole = detail?.level === "city";
  if (!detail || !of || isUnit(context.state.region) || kindOf(period) !== "month" || !detail.months.includes(period) || !of.months.includes(period)) return null;
  // What the cells of a township hold beside its figure, what a redrawing did to it, what is open or stands among earlier years: the answer says it.
  if (detail.grid || context.meta.divisions.length > 1 || of.provisional.length || earlierMonths(period, context.meta.months).length) return null;
  if (detail.children.length && !children?.months.includes(period)) return null;
  const value = whole ? cityValue(of, period, measure, versus) : regionValue(of, detail.code, period, measure, versus);
  // Whom a figure for a person divides by may be others, counted on another day; what is of the city lies in part in none of its divisions.
  if (!value || (whole && !of.gaps) || KINDS.some((kind) => value.people?.[kind]?.day !== detail.population[kind]?.day)) return null;
  const m = detail.months.indexOf(period);
  const at = of.months.indexOf(period);
  const gap = (name: "unassigned" | "outside"): number | null | undefined => (whole ? of.gaps?.[name]?.[at] ?? null : detail[`${name}_l`]);
  const beside = { unassigned_l: gap("unassigned"), outside_l: gap("outside") };
  const recorded = value.volume_l;
  const volume_l = whole && recorded !== null ? recorded - (beside.unassigned_l ?? 0) - (beside.outside_l ?? 0) : recorded;
  const placed = added(detail.children.map(({ code }) => children?.volume_l[children.codes.indexOf(code)]?.[children.months.indexOf(period)] ?? null));
  return {
    ...detail, ...beside, volume_l, recorded_l: recorded,
    period: { text: period }, m3_per_km2: value.m3_per_km2, l_per_resident_day: value.l_per_resident_day ?? null, m3_per_household_month: value.m3_per_household_month ?? null,
    previous_l: value.before_l, change: value.change, standing: null, former: null, provisional: [], provisional_notes: [],
    notes: detail.notes?.filter(({ figure }) => /^(count|capacity)\//.test(figure)), // those at use are of a whole year
    by_purpose: detail.by_purpose_month.map(({ purpose, volume_l: litres }) => ({ purpose, volume_l: litres[m] })),
    not_at_child_level_l: detail.children.length ? (volume_l ?? 0) - (placed ?? 0) : 0,
  };
}

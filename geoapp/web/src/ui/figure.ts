// A value as its measure says it, and how far two values of one measure are apart.
import { change, type Figure } from "../format";
import { t } from "../i18n";
import { ENTRIES, isChange, isTwoSided } from "../measures";
import type { Measure } from "../state";
import type { Figures } from "../values";

const signed = (value: number, { number, unit }: Figure): string => `${value > 0 ? "+" : value < 0 ? "−" : ""}${number} ${unit}`;
const ratioOf = (one: number, other: number): string => (other > 0 ? ` (${change(one / other - 1)})` : "");

/** The measure's own number; null is no data. */
export const numberOf = (measure: Measure, figures: Figures | undefined): number | null => (figures ? ENTRIES[measure].of(figures) : null);
/** It in words, a difference with its sign; what is not known is a dash. */
export function figureOf(measure: Measure, figures: Figures | undefined): Figure {
  const value = numberOf(measure, figures);
  if (!figures) return { number: "—", unit: "" };
  const figure = ENTRIES[measure].told(value);
  return measure === "difference" && value !== null && value > 0 ? { ...figure, number: `+${figure.number}` } : figure;
}
/** How much more one is than the other, of one measure; "—" where either is not known, and of places among years, which are no amounts. */
export function apart(measure: Measure, one: number | null, other: number | null): string {
  if (one === null || other === null || ENTRIES[measure].ofMonth) return "—";
  const by = one - other;
  if (isChange(measure)) return signed(by, { number: (Math.abs(by) * 100).toFixed(1), unit: t("points") });
  return signed(by, ENTRIES[measure].told(Math.abs(by))) + (isTwoSided(measure) ? "" : ratioOf(one, other));
}

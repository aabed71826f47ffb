// A value as its measure says it, and how far two values of one measure are apart.
import { change, density, type Figure, volume } from "../format";
import { language, t } from "../i18n";
import type { Measure } from "../state";
import { isChange } from "../values";

export interface Valued { volume_l: number | null; before_l: number | null; change: number | null; m3_per_km2: number | null; shown?: number | null }

const signed = (value: number, { number, unit }: Figure): string => `${value > 0 ? "+" : value < 0 ? "−" : ""}${number} ${unit}`;
const ratioOf = (one: number, other: number): string => (other > 0 ? ` (${change(one / other - 1)})` : "");

/** The measure's own number: litres, m³/km² or a fraction; null is no data. */
export function numberOf(measure: Measure, value: Valued | undefined): number | null {
  if (!value) return null;
  if (value.shown !== undefined) return value.shown; // of a region it is reckoned already
  if (measure === "difference") return value.volume_l === null || value.before_l === null ? null : value.volume_l - value.before_l;
  return isChange(measure) ? value.change : measure === "per_km2" ? value.m3_per_km2 : value.volume_l;
}
/** It in words; what is not known is a dash. */
export function figureOf(measure: Measure, value: Valued | undefined): Figure {
  const known = numberOf(measure, value);
  if (known === null) return measure === "volume" && value ? volume(null, language()) : { number: "—", unit: "" };
  if (isChange(measure)) return { number: change(known), unit: "" };
  if (measure === "per_km2") return density(known, language());
  const figure = volume(known, language());
  return measure === "difference" && known > 0 ? { ...figure, number: `+${figure.number}` } : figure;
}
/** How much more one is than the other, of one measure; "—" where either is not known. */
export function apart(measure: Measure, one: number | null, other: number | null): string {
  if (one === null || other === null) return "—";
  const by = one - other;
  if (isChange(measure)) return signed(by, { number: (Math.abs(by) * 100).toFixed(1), unit: t("points") });
  const size = Math.abs(by);
  if (measure === "per_km2") return signed(by, density(size, language())) + ratioOf(one, other);
  return signed(by, volume(size, language())) + (measure === "volume" ? ratioOf(one, other) : "");
}

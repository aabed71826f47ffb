// How the reader wants values painted: how classes are cut and how many there are, breaks of the reader's own, palette, how strong.
// Kept in the address, where anything can stand: what cannot be painted is not taken from it.
import colors from "./colors.json";
import { mixed, rampOf, type Scale } from "./classes";
import { ENTRIES } from "./measures";
import type { Measure } from "./state";

/** As the statistics API cuts them (layers/stats/classes.py). */
export const METHODS = ["quantiles", "equal", "natural", "tail"] as const;
export type Method = (typeof METHODS)[number];
export const COUNTS = [3, 4, 5, 6, 7] as const;
/** Per cent; at 0 places have no colours at all. */
export const OPACITIES = [100, 80, 50, 0] as const;
export type Opacity = (typeof OPACITIES)[number];
/** Palettes by name, of amounts and of what has two sides; the first of each unless another is chosen. */
export const SEQUENTIALS: Record<string, string[]> = colors.sequential;
export const DIVERGINGS: Record<string, string[]> = colors.diverging;

export interface Classing {
  /** "" is the one that suits what is shown: quantiles of regions, halves of cells. */
  method: Method | "";
  /** How many classes at most; 0 is the page's own number. */
  classes: number;
  /** "volume:1000,5000": inner bounds of the reader's own for a measure, in m³ or m³/km²; "" where there are none. */
  breaks: string;
  /** At most one palette of each kind. */
  palette: string[];
  opacity: Opacity;
}

const OWN = /^(volume|per_km2|per_resident|per_household):(-?\d{1,15}(?:\.\d{1,9})?(?:,-?\d{1,15}(?:\.\d{1,9})?){1,5})$/;
/** The measure and the bounds that a text says: two to six, ascending; null of anything else. */
export function ownBreaks(text: string): { measure: Measure; breaks: number[] } | null {
  const found = OWN.exec(text);
  if (!found) return null;
  const breaks = found[2].split(",").map(Number);
  return breaks.every((each, i) => i === 0 || each > breaks[i - 1]) ? { measure: found[1] as Measure, breaks } : null;
}
/** Bounds as the address has them; null where they are not two to six that ascend. */
export function breaksText(measure: Measure, breaks: readonly number[]): string | null {
  // Digits beyond the twelfth come from the unit, not from the reader.
  const text = `${measure}:${breaks.map((each) => String(Number(each.toPrecision(12)))).join(",")}`;
  return ownBreaks(text) ? text : null;
}
/** The reader's own scale for a measure; volumes are litres here. */
export function ownScale({ breaks }: Classing, measure: Measure): Scale | undefined {
  const own = ownBreaks(breaks);
  if (own?.measure !== measure) return undefined;
  const { stored } = ENTRIES[measure].classes!;
  return { breaks: own.breaks.map((each) => each * stored), colors: rampOf(SEQUENTIALS.water, own.breaks.length + 1), diverging: false };
}
/** Whether classes are to be cut otherwise than the figures come with. */
export const isCutAnew = ({ method, classes }: Classing): boolean => method !== "" || classes !== 0;

/** The palettes of a list that there are, one of each kind. */
export function knownPalettes(names: readonly string[]): string[] {
  const one = (of: Record<string, string[]>) => names.find((name) => Object.hasOwn(of, name));
  return [one(SEQUENTIALS), one(DIVERGINGS)].filter((name) => name !== undefined);
}
/** The name of the palette that is painted with. */
export function paletteOf({ palette }: Classing, diverging: boolean): string {
  const all = diverging ? DIVERGINGS : SEQUENTIALS;
  return palette.find((name) => Object.hasOwn(all, name)) ?? Object.keys(all)[0];
}

const PAPER = "#fffefc";
/** The same classes in the reader's palette, as strong as asked for: mixed with paper, so that no hatching shows through. */
export function painted(scale: Scale, classing: Classing): Scale {
  const all = scale.diverging ? DIVERGINGS : SEQUENTIALS;
  const stops = all[paletteOf(classing, scale.diverging)];
  const first = Object.values(all)[0];
  const full = scale.diverging ? scale.colors.map((color) => stops[first.indexOf(color)] ?? color) : rampOf(stops, scale.colors.length);
  return { ...scale, colors: classing.opacity === 100 ? full : full.map((color) => mixed(color, PAPER, classing.opacity / 100)) };
}
/** A colour as it recedes while others are pointed out. */
export const receding = (color: string): string => mixed(color, "#f6f5f1", 0.14);

// Where a month stands among the same month of all earlier years: the same rule as layers/stats/percentile.py, which tells why and
// after whom. The page needs it for the slider, which asks for nothing.
export const STANDINGS = ["record_low", "much_below", "below", "normal", "above", "much_above", "record_high"] as const;
export type StandingName = (typeof STANDINGS)[number];
/** Percentile null beyond the record: there a month has no place in it. */
export interface Standing { class: StandingName; percentile: number | null; years: number }

export const LEAST = 3;
export const TENTHS_FROM = 9;

export function standing(value: number | null, earlier: readonly (number | null | undefined)[]): Standing | null {
  const known = earlier.filter((each): each is number => each !== null && each !== undefined).sort((a, b) => a - b);
  const years = known.length;
  if (value === null || years < LEAST) return null;
  if (value < known[0]) return { class: "record_low", percentile: null, years };
  if (value > known[years - 1]) return { class: "record_high", percentile: null, years };
  const percentile = (100 * placeOf(value, known)) / (years + 1);
  return { class: classOf(percentile, years), percentile, years };
}
/** Among ordered values, the first being 1: the middle of those that are equal, or in proportion between two. */
function placeOf(value: number, known: readonly number[]): number {
  const below = known.filter((each) => each < value).length;
  const upto = known.filter((each) => each <= value).length;
  if (upto > below) return (below + 1 + upto) / 2;
  return below + (value - known[below - 1]) / (known[below] - known[below - 1]);
}
function classOf(percentile: number, years: number): StandingName {
  const tenths = years >= TENTHS_FROM;
  if (percentile < 25) return tenths && percentile < 10 ? "much_below" : "below";
  if (percentile > 75) return tenths && percentile > 90 ? "much_above" : "above";
  return "normal";
}
/** A place as a number, by which it is painted and sorted: that of its class in `STANDINGS`. Of too few years to tell tenths the two
 * classes below the middle half are one, and the two above it: theirs lie beside the inner one's, in its colour and with words of their own. */
export function placeNumber({ class: name, years }: Standing): number {
  const nth = STANDINGS.indexOf(name);
  return years >= TENTHS_FROM ? nth : nth + (name === "below" ? -JOINED : name === "above" ? JOINED : 0);
}
const JOINED = 0.25;
/** The class of such a number, and whether it is one of two together. */
export const placeOfNumber = (value: number): { name: StandingName; few: boolean } => ({ name: STANDINGS[Math.round(value)], few: !Number.isInteger(value) });
/** The same calendar month of the years before. */
export const earlierMonths = (month: string, months: readonly string[]): string[] => months.filter((each) => each.endsWith(month.slice(4)) && each < month);

// Classes of the choropleth. Those of volume and volume per km² come with the figures (/api/stats/series): the page colours them.
// Change has fixed steps on both sides of "about the same", chosen from a ladder by the size of the changes.
import colors from "./colors.json";

export interface Scale {
  /** Inner breaks, ascending: class i holds breaks[i-1] <= value < breaks[i]. */
  breaks: number[];
  colors: string[];
  diverging: boolean;
}

// Paper to deep water; lightness falls evenly, so it reads in grey and to colour-blind eyes.
export const SEQUENTIAL = colors.sequential.water;
// Less water (teal) to more (brown), after the BrBG family. The outermost on either side are of what lies far beyond the rest.
export const DIVERGING = colors.diverging.shore;
const WITHIN = DIVERGING.slice(1, -1);
// Where nothing is recorded, or nothing can be compared, the ground shows through what is painted: hatched, unlike any class.
export const NO_DATA = colors.no_data;
export const NO_DATA_LINE = colors.no_data_line;
export const CLEAR = "rgba(0,0,0,0)";
/** A recorded nought is a class of its own beside those of amounts. */
export const NOUGHT = colors.nought;
export const NOUGHT_CLASS = 99;

const LADDER = [[0.01, 0.02, 0.05], [0.02, 0.05, 0.1], [0.05, 0.1, 0.2], [0.05, 0.15, 0.3], [0.1, 0.25, 0.5], [0.2, 0.5, 1]];

function quantile(sorted: ArrayLike<number>, at: number): number {
  const position = (sorted.length - 1) * at;
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (position - low);
}

const channels = (color: string): number[] => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
/** So much of a colour in another. */
export function mixed(color: string, other: string, part: number): string {
  const ground = channels(other);
  return "#" + channels(color).map((each, i) => Math.round(ground[i] + (each - ground[i]) * part).toString(16).padStart(2, "0")).join("");
}
/** A colour for each class. Fewer than stops: the ramp is spread over what there is; of more some lie between two. */
export function rampOf(stops: readonly string[], count: number): string[] {
  const last = stops.length - 1;
  return Array.from({ length: count }, (_, i) => {
    const at = count === 1 ? 3 : (i * last) / (count - 1);
    if (count <= stops.length) return stops[Math.round(at)];
    const below = Math.min(Math.floor(at), last - 1);
    return mixed(stops[below + 1], stops[below], at - below);
  });
}
/** Colours for the API's breaks. */
export function sequentialScale(breaks: number[]): Scale {
  return { breaks, colors: rampOf(SEQUENTIAL, breaks.length + 1), diverging: false };
}

export function changeScale(values: number[]): Scale {
  const sizes = Float64Array.from(values.filter(Number.isFinite).map(Math.abs)).sort();
  const reach = sizes.length ? quantile(sizes, 0.85) : 0.1;
  const [small, middle, large] = LADDER.find((steps) => steps[2] >= reach) ?? LADDER[LADDER.length - 1];
  return { breaks: [-large, -middle, -small, small, middle, large], colors: WITHIN, diverging: true };
}

/** Of places among earlier years, by their number in `STANDINGS`: from the lowest of the record to the highest, tenths apart where the
 * years can tell them. */
export function standingScale(tenths: boolean): Scale {
  const classes = tenths ? [0, 1, 2, 3, 4, 5, 6] : [0, 2, 3, 4, 6];
  return { breaks: classes.slice(1).map((each) => each - 0.5), colors: classes.map((each) => WITHIN[each]), diverging: true };
}

/** Colours for the API's bounds on both sides of 0. Fewer steps: the strongest colours stay at the ends; of more the last are the outermost. */
export function divergingScale(breaks: number[]): Scale {
  const steps = breaks.length / 2;
  const stops = breaks.length < WITHIN.length ? WITHIN : DIVERGING;
  const middle = (stops.length - 1) / 2;
  const colors = Array.from({ length: breaks.length + 1 }, (_, i) => stops[steps ? Math.round(middle + ((i - steps) / steps) * middle) : middle]);
  return { breaks, colors, diverging: true };
}

/** Index of the class of a value; -1 is no data. */
export function classOf(value: number | null, scale: Scale): number {
  if (value === null || !Number.isFinite(value)) return -1;
  if (value === 0 && !scale.diverging) return NOUGHT_CLASS;
  let index = 0;
  while (index < scale.breaks.length && value >= scale.breaks[index]) index++;
  return index;
}

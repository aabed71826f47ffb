// Cells of the grid: what is asked of the tiles, and how a tile's properties become a figure, a colour, a share.
// A year's twelve months come packed in one tile (litres_2019 = "12,0,…"), so that moving the month asks for nothing.
import type { ExpressionSpecification } from "maplibre-gl";
import { type Filters, cellTiles } from "./api";
import { CLEAR, NOUGHT, type Scale } from "./classes";
import type { CellValue } from "./context";
import { added } from "./format";
import { LITRES_PER_M3 } from "./litres";
import { comparedWith, kindOf, spanOf } from "./periods";
import type { Measure, State } from "./state";
import { isTwoSided } from "./measures";

export const CELLS_FROM = 9;
export const FINE_FROM = 13;

export interface CellQuestion {
  /** The query string of the tiles. */
  tiles: string;
  /** The year whose months are packed, or "" where the tile says sums. */
  packed: string;
  /** Of the packed months those shown, 0 for January. */
  months: number[];
  period: string;
  versus: string;
}

/** What tiles have to say for a state; null where there is nothing to compare with. */
export function cellQuestion(state: State, known: readonly string[], filters: Filters): CellQuestion | null {
  const { period, measure } = state;
  if (isTwoSided(measure)) {
    const pairs = comparedWith(period, measure, known, state.versus);
    const [now, before] = [spanOf(pairs.now), spanOf(pairs.before)];
    return now && before ? { tiles: cellTiles(now, before, false, filters), packed: "", months: [], period: now, versus: before } : null;
  }
  const kind = kindOf(period);
  if (kind === "range") return { tiles: cellTiles(period, "", false, filters), packed: "", months: [], period, versus: "" };
  const year = period.slice(0, 4);
  const months = kind === "year" ? Array.from({ length: 12 }, (_, i) => i) : [Number(period.slice(5, 7)) - 1];
  return { tiles: cellTiles(year, "", true, filters), packed: year, months, period, versus: "" };
}

type Expr = ExpressionSpecification;
const expr = (...parts: unknown[]): Expr => parts as unknown as Expr;

/** Less than any litres: of a cell of which nothing is recorded in what is shown. */
const UNKNOWN = -1e300;
/** More than no litres, less than any. */
const ANY = 1e-9;

/** Litres of a cell in what is shown. What is written here is worked out for each of some ten thousand cells at every change of colour. */
function litres({ packed, months }: CellQuestion): Expr {
  if (!packed) return expr("coalesce", ["get", "volume_l"], UNKNOWN);
  if (months.length > 1) return expr("coalesce", ["get", `sum_${packed}`], UNKNOWN);
  // A month without a record has nothing between its commas, and an exponent alone is no number.
  const month = ["at", months[0], ["split", ["get", `litres_${packed}`], ","]];
  return expr("case", ["has", `litres_${packed}`], ["to-number", ["concat", month, "e0"], UNKNOWN], UNKNOWN);
}

/** One step for each class, by what is asked once: nothing recorded, or nothing to compare, is no data. */
function steps(value: Expr, { breaks, colors }: Scale, nought: string | null): Expr {
  const below = breaks.filter((each) => each < 0 || (nought === null && each === 0)).length;
  const stops: (number | string)[] = [UNKNOWN / 1e20, colors[0]]; // whatever area the litres are divided by
  breaks.slice(0, below).forEach((each, i) => stops.push(each, colors[i + 1]));
  const atNought = below + (breaks[below] === 0 ? 1 : 0);
  if (nought !== null) stops.push(0, nought, ANY, colors[atNought]);
  breaks.slice(atNought).forEach((each, i) => stops.push(each, colors[atNought + i + 1]));
  return expr("step", value, CLEAR, ...stops);
}

/** The colour of a cell by the scale. */
export function cellColor(question: CellQuestion, measure: Measure, scale: Scale): Expr {
  if (measure === "difference") return steps(expr("coalesce", ["get", "difference_l"], UNKNOWN), scale, null);
  if (isTwoSided(measure)) return steps(expr("coalesce", ["get", "change"], UNKNOWN), scale, null);
  const volume = litres(question);
  return steps(measure === "per_km2" ? expr("/", ["*", volume, 1000], ["get", "area_m2"]) : volume, scale, NOUGHT);
}

/** Three steps of certainty by the share of a cell's water that came by area alone. */
export const UNSURE_STEPS = [0.2, 0.8];
export const HATCHES = ["hatch-none", "hatch-light", "hatch-dense"];
/** Pixels between their lines; of the first there are none. */
export const HATCH_SPACING = [0, 8, 4];

export function cellHatch({ packed, months }: CellQuestion): Expr {
  const shares = expr("coalesce", ["get", `by_area_${packed}`], "0"); // of each month, or one of all
  const ofMonth = expr("at", months[Math.floor(months.length / 2)], ["split", shares, ","]);
  const share: Expr = packed
    ? expr("/", ["to-number", ["case", ["in", ",", shares], ofMonth, shares], 0], 100)
    : expr("coalesce", ["get", "share_by_area"], 0);
  return expr("step", share, HATCHES[0], UNSURE_STEPS[0], HATCHES[1], UNSURE_STEPS[1], HATCHES[2]);
}

const dense = (litres: number | null, areaM2: number): number | null => (litres === null ? null : (litres / LITRES_PER_M3 / areaM2) * 1e6);

/** A cell's figures from the properties of its tile. */
export function cellValue(properties: Record<string, unknown>, { packed, months }: CellQuestion): CellValue {
  const area = Number(properties.area_m2);
  const numbers = (name: string) => String(properties[name] ?? "").split(",").map((text) => (text === "" ? null : Number(text)));
  if (!packed) {
    const optional = (name: string) => (name in properties ? Number(properties[name]) : null);
    const volume = optional("volume_l");
    return { volume_l: volume, m3_per_km2: dense(volume, area), share: optional("share_by_area"), previous_l: optional("previous_l"), change: optional("change") };
  }
  const all = numbers(`litres_${packed}`);
  const shares = numbers(`by_area_${packed}`);
  const own = months.map((month) => all[month] ?? null);
  const volume = added(own);
  const gross = own.reduce<number>((sum, each) => sum + Math.abs(each ?? 0), 0);
  const byArea = months.reduce((sum, month, i) => sum + (Math.abs(own[i] ?? 0) * ((shares.length === 12 ? shares[month] : shares[0]) ?? 0)) / 100, 0);
  return { volume_l: volume, m3_per_km2: dense(volume, area), share: gross ? byArea / gross : null, previous_l: null, change: null };
}

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
const parts = (property: string): Expr => ["split", ["coalesce", ["get", property], ""], ","] as unknown as Expr;
const nth = (array: Expr, index: number): Expr => ["to-number", ["at", index, array], 0] as unknown as Expr;

/** Litres of a cell; of a packed tile the sum of the months shown. */
function litres({ packed, months }: CellQuestion): Expr {
  if (!packed) return ["coalesce", ["get", "volume_l"], 0] as unknown as Expr;
  const each = months.map((month) => nth(["var", "months"] as unknown as Expr, month));
  const sum = each.length === 1 ? each[0] : ["+", ...each];
  return ["case", ["has", `litres_${packed}`], ["let", "months", parts(`litres_${packed}`), sum], 0] as unknown as Expr;
}

/** Whether anything is recorded of a cell in what is shown: a month without has nothing between its commas. */
function known({ packed, months }: CellQuestion): Expr {
  if (!packed) return ["has", "volume_l"] as unknown as Expr;
  const each = months.map((month) => ["!=", ["at", month, ["var", "slots"]], ""]);
  return ["case", ["has", `litres_${packed}`], ["let", "slots", parts(`litres_${packed}`), ["any", ...each]], false] as unknown as Expr;
}

/** The colour of a cell by the scale; nothing recorded, or nothing to compare, is no data. */
export function cellColor(question: CellQuestion, measure: Measure, scale: Scale): Expr {
  const byClass = (value: Expr): Expr =>
    (scale.breaks.length ? ["step", value, scale.colors[0], ...scale.breaks.flatMap((each, i) => [each, scale.colors[i + 1]])] : ["literal", scale.colors[0]]) as unknown as Expr;
  if (measure === "difference") {
    return ["case", ["has", "difference_l"], byClass(["get", "difference_l"] as unknown as Expr), CLEAR] as unknown as Expr;
  }
  if (isTwoSided(measure)) return ["case", ["has", "change"], byClass(["get", "change"] as unknown as Expr), CLEAR] as unknown as Expr;
  const value: Expr = measure === "per_km2" ? (["/", ["*", ["var", "litres"], 1000], ["get", "area_m2"]] as unknown as Expr) : (["var", "litres"] as unknown as Expr);
  return ["let", "litres", litres(question), ["case", ["!", known(question)], CLEAR, ["==", ["var", "litres"], 0], NOUGHT, byClass(value)]] as unknown as Expr;
}

/** Three steps of certainty by the share of a cell's water that came by area alone. */
export const UNSURE_STEPS = [0.2, 0.8];
export const HATCHES = ["hatch-none", "hatch-light", "hatch-dense"];
/** Pixels between their lines; of the first there are none. */
export const HATCH_SPACING = [0, 8, 4];

export function cellHatch({ packed, months }: CellQuestion): Expr {
  const share: Expr = packed
    ? (["let", "shares", parts(`by_area_${packed}`),
      ["/", ["case", ["==", ["length", ["var", "shares"]], 12], nth(["var", "shares"] as unknown as Expr, months[Math.floor(months.length / 2)]), nth(["var", "shares"] as unknown as Expr, 0)], 100]] as unknown as Expr)
    : (["coalesce", ["get", "share_by_area"], 0] as unknown as Expr);
  return ["step", share, HATCHES[0], UNSURE_STEPS[0], HATCHES[1], UNSURE_STEPS[1], HATCHES[2]] as unknown as Expr;
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

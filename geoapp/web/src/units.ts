// The one unit of a measure at one moment. What the map shows decides it, by the middle of its classes: legend, tooltip, popup,
// drawer, ranking and time bar all speak it, however large or small their own figures are.
import type { CellsShown, Shown } from "./context";
import { litresOfLarge, type Units } from "./format";
import { language } from "./i18n";
import { LITRES_PER_M3 } from "./litres";
import type { Measure } from "./state";
import { classesOf } from "./values";

/** From a tenth of the large unit on volumes are told in it; from one of it a square kilometre on densities. */
const largeL = (): number => litresOfLarge(language()) / 10;
const largeM3PerKm2 = (): number => litresOfLarge(language()) / LITRES_PER_M3;

/** The middle of the classes; of a scale with two sides the middle of the upper one. Undefined of one class. */
function middleOf(breaks: readonly number[], twoSided: boolean): number | undefined {
  return breaks[Math.floor((breaks.length * (twoSided ? 3 : 2)) / 4)];
}
const reaches = (value: number | undefined, least: number): boolean | undefined => (value === undefined ? undefined : value >= least);
/** Square kilometres of a cell: "grid_500" has sides of 500 m. */
const cellArea = (id: string): number => (Number(id.replace(/\D+/g, "")) / 1000) ** 2;

function ofCells({ measure, scale, layer }: CellsShown): Units | null {
  const middle = middleOf(scale.breaks, scale.diverging);
  const km2 = cellArea(layer.id);
  if (middle === undefined || !km2) return null;
  if (measure === "volume" || measure === "difference") return { volume: reaches(middle, largeL()), density: reaches(middle / LITRES_PER_M3 / km2, largeM3PerKm2()) };
  return measure === "per_km2" ? { volume: reaches(middle * km2 * LITRES_PER_M3, largeL()), density: reaches(middle, largeM3PerKm2()) } : null;
}
function ofRegions({ series, period, measure, picture }: Shown): Units {
  const middle = (of: Measure) => {
    const scale = measure === of || (of === "volume" && measure === "difference") ? picture.scale : classesOf(series, period, of);
    return middleOf(scale.breaks, scale.diverging) ?? most(of);
  };
  // All in one class: the largest of them.
  const most = (of: Measure): number | undefined => {
    const known = [...picture.values.values()].flatMap((value) => (of === "volume" ? value.volume_l : value.m3_per_km2) ?? []);
    return known.length ? Math.max(...known) : undefined;
  };
  return { volume: reaches(middle("volume"), largeL()), density: reaches(middle("per_km2"), largeM3PerKm2()) };
}
export const unitsOf = (shown: Shown | null, cells: CellsShown | null): Units => (cells && ofCells(cells)) ?? (shown ? ofRegions(shown) : {});

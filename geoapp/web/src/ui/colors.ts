// Colours that mean the same thing wherever they appear. One file has them for page, reports and desktop styles; each pair of one
// list can be told apart by colour-blind eyes too, and stands out from the paper (tests/unit/test_colors.py).
import colors from "../colors.json";

/** Taps blue, ground brown, surface green, reclaimed violet. */
export const SOURCE_COLORS: Record<string, string> = colors.sources;
export const PURPOSE_COLORS: Record<string, string> = colors.purposes;
export const OTHER_COLOR = colors.other;
/** Lines of regions side by side, which are told apart by any eye. */
export const LINE_COLORS: readonly string[] = colors.lines;
/** Outlines of supply areas, by the kind of their facility. */
export const AREA_COLORS: Record<string, string> = colors.areas;

// Colours that mean the same thing wherever they appear.

/** Taps blue, ground brown, surface green, reclaimed violet. */
export const SOURCE_COLORS: Record<string, string> = {
  group_tap: "#14567a", district_tap: "#3f93b5", township_supply: "#93cbd6", self_built_well: "#a8763e", village_supply: "#e0bd77", surface_water: "#5b9f78", reclaimed: "#9a8bb8",
};
export const PURPOSE_COLORS: Record<string, string> = {
  residential: "#1f7594", public_service: "#6fb1c1", industrial: "#8a6d9f", agricultural: "#7da453", environmental: "#3f8f6e", construction: "#cf9440", special_trades: "#b5605a",
};
export const OTHER_COLOR = "#99aaaa";
/** Outlines of supply areas, by the kind of their facility. */
export const AREA_COLORS: Record<string, string> = { urban_plant: "#7a2f6b", township_plant: "#b0562a", village_station: "#1273a8", self_built: "#4d5b63" };

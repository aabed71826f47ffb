// A reporting unit in the page's state: its kind before its code, as a district has that code too and other figures.
export const UNIT = "reporting_unit";
const KIND = `${UNIT}/`;

export const isUnit = (region: string): boolean => region.startsWith(KIND);
/** What the API asks of one region: its code, and of a unit its kind. */
export const askedOf = (region: string): { code: string; level: string } =>
  isUnit(region) ? { code: region.slice(KIND.length), level: UNIT } : { code: region, level: "" };
/** The region as the state has it, of an answer of the API. */
export const regionOf = ({ code, level }: { code: string; level: string }): string => (level === UNIT ? KIND + code : code);
/** The division that is selected, in which rows and objects can be asked for; none while a unit is. */
export const divisionOf = (region: string): string => (isUnit(region) ? "" : region);

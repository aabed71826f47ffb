// The measures, one entry each: what a map's colours mean. Map, legend, tooltip, table, ranking and drawer read them here; the
// list is that of the API (layers/stats/measures.py), with a change on the period before and on the year before apart.
import { breakText, change, density, type Figure, litresOfLarge, perHead, unitName, unitsNow, volume } from "./format";
import { LITRES_PER_M3 } from "./litres";
import { language, t, tk } from "./i18n";
import { placeNumber, placeOfNumber } from "./percentile";
import type { PeopleKind } from "./people";
import type { Measure } from "./state";
import type { Figures } from "./values";

/** The unit of a legend: its name, and how much of what the page holds it is. */
export interface Unit { name: string; divide: number }
/** The API's name of the classes of a measure, and how much of what the page holds is one of the API's unit. */
interface Classed { name: "volume" | "per_km2" | "per_resident" | "per_household"; stored: number }

interface Entry {
  /** What of a place's figures it tells; null is no data. */
  of(figures: Figures): number | null;
  /** A value with its unit, as it is read. */
  told(value: number | null): Figure;
  unit(): Unit;
  /** Absent of what has a scale of its own. */
  classes?: Classed;
  /** More and less. */
  twoSided?: boolean;
  people?: PeopleKind;
  /** Of single months alone. */
  ofMonth?: boolean;
  /** Not of the cells of the grid. */
  regionsOnly?: boolean;
}

const NOTHING: Figure = { number: "—", unit: "" };
const told = (say: (value: number) => Figure) => (value: number | null): Figure => (value === null ? NOTHING : say(value));
const volumes = { told: (value: number | null): Figure => volume(value, language()), unit: (): Unit => ({ name: unitName(language(), unitsNow().volume ?? false), divide: unitsNow().volume ? litresOfLarge(language()) : LITRES_PER_M3 }) };
const changes = { of: (figures: Figures) => figures.change, told: (value: number | null): Figure => ({ number: change(value), unit: "" }), unit: (): Unit => ({ name: "%", divide: 0.01 }), twoSided: true };
const heads = (kind: PeopleKind, key: "unitPerResident" | "unitPerHousehold") => ({
  told: told((value) => ({ number: perHead(value), unit: t(key) })), unit: (): Unit => ({ name: t(key), divide: 1 }), people: kind, regionsOnly: true,
});

export const ENTRIES: Record<Measure, Entry> = {
  volume: { of: (figures) => figures.volume_l, ...volumes, classes: { name: "volume", stored: LITRES_PER_M3 } },
  per_km2: {
    of: (figures) => figures.m3_per_km2, told: told((value) => density(value, language())),
    unit: () => ({ name: `${unitName(language(), unitsNow().density ?? false)}/km²`, divide: unitsNow().density ? litresOfLarge(language()) / LITRES_PER_M3 : 1 }),
    classes: { name: "per_km2", stored: 1 },
  },
  per_resident: { of: (figures) => figures.l_per_resident_day ?? null, ...heads("residents", "unitPerResident"), classes: { name: "per_resident", stored: 1 } },
  per_household: { of: (figures) => figures.m3_per_household_month ?? null, ...heads("households", "unitPerHousehold"), classes: { name: "per_household", stored: 1 } },
  percentile: {
    of: ({ standing }) => (standing ? placeNumber(standing) : null),
    told: told((value) => {
      const { name, few } = placeOfNumber(value);
      return { number: tk(few ? "standingFew" : "standing", name), unit: "" };
    }), unit: () => ({ name: "", divide: 1 }),
    twoSided: true, ofMonth: true, regionsOnly: true,
  },
  change_previous: changes,
  change_year: changes,
  difference: { of: ({ like_l, before_l }) => (like_l == null || before_l === null ? null : like_l - before_l), ...volumes, twoSided: true },
  ratio: changes,
};

/** One unit for a whole legend, so that its breaks can be compared: the one that all figures are told in. */
export const unitOf = (measure: Measure): Unit => ENTRIES[measure].unit();
/** A break of a legend in its unit. */
export const breakIn = (value: number, unit: Unit): string => breakText(value / unit.divide).replace("-", "−");
export const isChange = (measure: Measure): boolean => ENTRIES[measure] === changes;
/** Whether a measure has two sides: more and less. */
export const isTwoSided = (measure: Measure): boolean => ENTRIES[measure].twoSided === true;

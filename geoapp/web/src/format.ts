// Numbers and periods as they are read: as the dictionary of the language has them; storage is litres.
import type { Lang } from "./api";
import { said } from "./i18n";
import { LITRES_PER_M3 } from "./litres";
import { kindOf } from "./periods";


const formats = new Map<string, Intl.NumberFormat>();
function decimals(value: number, digits: number): string {
  const key = String(digits);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })));
  return format.format(value);
}
export const integer = (value: number): string => decimals(value, 0);
const digitsFor = (value: number): number => (value >= 1000 ? 1 : value >= 100 ? 1 : value >= 1 ? 2 : 3);

/** Whether a measure's figures are told in the large unit (a square kilometre) just now; where nothing is said, each by its own size. */
export interface Units { volume?: boolean; density?: boolean }
let units: Units = {};
export const unitsNow = (): Units => units;
/** From now on all figures are told in these units (see units.ts). */
export function speakIn(next: Units): void {
  units = next;
}
/** In a unit that is large for it a small figure keeps two digits that say something. */
const smallOrDecimals = (value: number, digits: number): string =>
  value !== 0 && Math.abs(value) < 0.1 ? new Intl.NumberFormat("en-US", { maximumSignificantDigits: 2 }).format(value) : decimals(value, digits);

/** Litres of a language's large unit: of 万 m³, in English of the million (as layers/values/volumes.py has it). */
export const litresOfLarge = (lang: Lang): number => Number(said(lang, "unitLargeM3")) * LITRES_PER_M3;

export interface Figure { number: string; unit: string }
export const unitName = (lang: Lang, large: boolean): string => (large ? said(lang, "unitLarge") : "m³");

/** Figures of a single object, far smaller than what the map shows: each in the unit that suits it. */
export function inOwnUnits<T>(draw: () => T): T {
  const before = units;
  units = {};
  try {
    return draw();
  } finally {
    units = before;
  }
}

/** One unit for figures that stand side by side, the one of the moment or which suits the largest of them: its name, its litres, and how one is written in it. */
export interface CommonUnit { name: string; per: number; text: (litres: number | null | undefined) => string }
export function commonUnit(most: number, lang: Lang): CommonUnit {
  const large = units.volume ?? most >= litresOfLarge(lang) / 10;
  const per = large ? litresOfLarge(lang) : LITRES_PER_M3;
  const digits = digitsFor(most / per);
  return { name: unitName(lang, large), per, text: (litres) => (litres === null || litres === undefined ? "—" : decimals(litres / per, digits)) };
}
/** A volume in the unit of the moment, else in the one that suits its size: below a tenth of the large one in m³. Null is no data, which is not nought. */
export function volume(litres: number | null, lang: Lang): Figure {
  if (litres === null) return { number: said(lang, "noFigure"), unit: "" };
  const large = litres / litresOfLarge(lang);
  if (!(units.volume ?? (litres === 0 || Math.abs(large) >= 0.1))) {
    const m3 = litres / LITRES_PER_M3;
    return { number: decimals(m3, Math.abs(m3) < 10 ? 1 : 0), unit: unitName(lang, false) };
  }
  return { number: smallOrDecimals(large, digitsFor(Math.abs(large))), unit: unitName(lang, true) };
}
export const volumeText = (litres: number | null, lang: Lang): string => {
  const figure = volume(litres, lang);
  return `${figure.number} ${figure.unit}`.trimEnd();
};
export function density(m3PerKm2: number, lang: Lang): Figure {
  const one = litresOfLarge(lang) / LITRES_PER_M3;
  const large = units.density ?? Math.abs(m3PerKm2) >= one;
  const value = large ? m3PerKm2 / one : m3PerKm2;
  return { number: smallOrDecimals(value, large ? (value >= 100 ? 1 : 2) : value >= 100 ? 0 : 1), unit: `${unitName(lang, large)}/km²` };
}
/** Litres of a person and day, or m³ of a household and month. */
export const perHead = (value: number): string => decimals(value, value >= 1000 ? 0 : value >= 10 ? 1 : 2);
/** The sum of what is known; null when nothing of it is. */
export const added = (figures: readonly (number | null | undefined)[]): number | null =>
  figures.reduce<number | null>((sum, each) => (each === null || each === undefined ? sum : (sum ?? 0) + each), null);
/** The part of a whole; null of what is not known, and of nothing or less. */
export const shareOf = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole <= 0 ? null : part / whole;
export function percent(fraction: number | null | undefined, digits = 1): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return "—";
  if (fraction !== 0 && Math.abs(fraction) < 0.0005 && digits === 1) return fraction < 0 ? ">−0.1%" : "<0.1%";
  // A part is not the whole: 99.98 % must not read 100.0 %.
  if (fraction < 1 && fraction > 1 - 0.5 * 10 ** (-digits - 2)) return `>${decimals(100 - 10 ** -digits, digits)}%`;
  return `${decimals(fraction * 100, digits).replace("-", "−")}%`;
}
export function change(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return "—";
  const text = decimals(Math.abs(fraction) * 100, 1);
  if (Number(text.replaceAll(",", "")) === 0) return "±0.0%";
  return `${fraction > 0 ? "+" : "−"}${text}%`;
}
export const area = (km2: number): string => `${decimals(km2, km2 >= 100 ? 0 : km2 >= 10 ? 1 : 2)} km²`;

/** A break of the legend: as few digits as it needs. */
export function breakText(value: number): string {
  return new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3, maximumFractionDigits: 6 }).format(value);
}

const ofTwelve = (lang: Lang, key: "months" | "monthTicks", month: string): string => said(lang, key).split(" ")[Number(month.slice(5, 7)) - 1];
export const monthShort = (month: string, lang: Lang): string => ofTwelve(lang, "months", month);
/** As short as an axis has it. */
export const monthTick = (month: string, lang: Lang): string => ofTwelve(lang, "monthTicks", month);
const monthLong = (month: string, lang: Lang): string =>
  said(lang, "monthLong", { year: month.slice(0, 4), month: monthShort(month, lang) });
/** Parts of a year that have a name, by their first and last month: as reports name them. */
const PARTS: Record<string, "yearLong" | "half1" | "half2" | "quarter1" | "quarter2" | "quarter3" | "quarter4"> = {
  "01-12": "yearLong", "01-06": "half1", "07-12": "half2", "01-03": "quarter1", "04-06": "quarter2", "07-09": "quarter3", "10-12": "quarter4",
};
export function periodText(period: string, lang: Lang): string {
  const kind = kindOf(period);
  if (kind === "month") return monthLong(period, lang);
  if (kind === "year") return said(lang, "yearLong", { year: period });
  const [from, to] = period.split("..");
  const [year, until] = [from.slice(0, 4), to.slice(0, 4)];
  const part = PARTS[`${from.slice(5)}-${to.slice(5)}`];
  if (part && year === until) return said(lang, part, { year });
  if (part === "yearLong") return said(lang, "yearsLong", { first: year, last: until });
  return said(lang, "monthsLong", { first: monthLong(from, lang), last: monthLong(to, lang) });
}
/** An ISO time as the authority's own clock shows it. */
export function moment(iso: string | null, lang: Lang): string {
  if (!iso) return "—";
  return new Intl.DateTimeFormat(said(lang, "dateLocale"), { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" }).format(new Date(iso));
}

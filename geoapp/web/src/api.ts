// The HTTP contract, typed, and the one way this page asks for anything.
import { FIRST } from "./i18n";
import type { Standing } from "./percentile";
import type { PeopleKind } from "./people";
import type { ProvisionalMark } from "./provisional";
import { isAway, untilBack } from "./outage";
import { askedOf } from "./unit";

/** The code of a language: the name of its dictionary. */
export type Lang = string;
/** What has a text in every language there is, by its code, beside what else it says. */
export interface Words { [lang: Lang]: unknown }
export interface Term extends Words { code: string }
export interface AsOf { version: number; changed_at: string | null }

export interface FieldInfo extends Words { name: string; kind: string; unit?: string | null; vocab?: string | null; filter: boolean }
export type Geometry = "point" | "line" | "polygon";
export type Stage = "region" | "take" | "supply" | "use" | "drain" | "quality" | "ground";
/** What is known of a layer, or of a table, whose objects have pages but no place. */
export interface TableInfo { id: string; title: Words; stage: Stage; geometry: Geometry | "none"; color: string; glyph: { path: string; solid: boolean }; fields: FieldInfo[]; measured: boolean }
export interface LayerInfo extends TableInfo {
  geometry: Geometry; min_zoom: number; max_zoom: number; detail_zoom: number; count: number;
  synthetic: boolean; notes?: PrintedNote[]; tilejson: string; features: string; style: string; as_of: AsOf;
}
/** Whether users, meters, holders and usage by meter are shown to everybody, and why. */
export interface Access { personal: "open" | "closed"; why: Words & { code: string } }
export interface Meta {
  title: Words; as_of: AsOf; access: Access; synthetic: (Words & { parts: string[] }) | null; months: string[];
  vocab: Record<string, Term[]>; layers: LayerInfo[]; tables: TableInfo[]; bounds: Bounds; city: { code: string; name: string };
  /** The levels below the city, the coarsest first. */
  levels: Level[];
  /** Words that differ here, "vocabulary.term". */
  worded: Record<string, Words>;
  /** English names of divisions, by code; of townships and villages there are none. */
  names_en?: Record<string, string>;
  measures: MeasureInfo[];
  /** Every edition of the divisions, the oldest first. */
  divisions: Divisions[];
}
export type Bounds = [number, number, number, number];
export type Level = "city" | "district" | "township" | "village" | "reporting_unit";

/** Inner bounds in m³ or m³/km²: class i holds breaks[i-1] <= value < breaks[i]. */
export interface ClassBreaks { breaks: number[]; counts: number[] }
/** Classes of single months, of each calendar year, and of all months of the answer together. */
export interface SeriesClasses { month: ClassBreaks; year: Record<string, ClassBreaks>; all: ClassBreaks }
/** Null in a month of which nothing is recorded: no data, not nought. */
export type Litres = (number | null)[];
export interface GapSeries { coarser: Litres; unassigned: Litres; outside: Litres }
/** Where the print behind the demo contradicts itself, at the figure it touches. */
export interface PrintedNote extends Words { figure: string; region: string; period?: string }
/** Litres per region and month: `volume_l[i][m]` is region `codes[i]` in month `months[m]`. */
export interface Series {
  level: Level; months: string[]; codes: string[]; area_km2: (number | null)[];
  volume_l: Litres[]; total_l: Litres; gaps_l: Litres; gaps?: Partial<GapSeries>; as_of: AsOf;
  /** At the sum of all regions, each with the year that it is of. */
  notes?: PrintedNote[];
  classes: Record<"volume" | "per_km2" | "per_resident" | "per_household", SeriesClasses>;
  population: Record<PeopleKind, Counted>;
  provisional: ProvisionalMark[];
}
/** Of the days on which anybody was counted, `numbers[d][i]` is region `codes[i]` on `days[d]`; `whole` is what the regions are parts of. */
export interface Counted { days: string[]; numbers: (number | null)[][]; whole: (number | null)[] }
/** A count as an answer of one region tells it. */
export interface CountTold { number: number; day: string; source: string; summed: boolean }
/** A measure of the API: what it is called, and why nothing can be told by it yet. */
export interface MeasureInfo extends Words { name: string; unit: string; of_cells: boolean; of_month: boolean; why_not: Words | null }
export interface PathStep { code: string; name: string; level: Level }
export interface RegionChild {
  code: string; name: string; volume_l: number | null; share: number | null; m3_per_km2: number | null; change: number | null; previous_l: number | null;
  l_per_resident_day: number | null; m3_per_household_month: number | null; standing: Standing | null;
}
/** Litres recorded at divisions themselves whose lines are others in the answer, and in which; the words say what became of them. */
export interface Redrawn extends Words { volume_l: number; regions: { code: string; name: string; volume_l: number }[] }
export interface RegionDetail extends PathStep, MonthlyUse {
  path: PathStep[]; bounds: Bounds | null; area_km2: number | null;
  boundary: { source: string; quality: string; synthetic: boolean } | null;
  volume_l: number | null;
  /** Of the city: what lies in no region, and all that is recorded with it. */
  unassigned_l?: number | null; outside_l?: number | null; recorded_l?: number | null;
  period?: { text: string };
  notes?: PrintedNote[];
  redrawn?: Redrawn | null;
  /** Of a township: what is in its cells, and by how much that is more than its figure. */
  grid?: { volume_l: number; more_l: number } | null;
  share_of_parent: number | null; m3_per_km2: number | null; l_per_resident_day: number | null; m3_per_household_month: number | null;
  /** What the last two divide by; null where nobody was counted. */
  population: Record<PeopleKind, CountTold | null>;
  /** Of a month: its place among those of earlier years, which these are, and how many it takes. */
  /** Its months that may still change, and what the authority says of them. */
  provisional: string[]; provisional_notes: string[];
  standing: Standing | null; former: { months: string[]; needed: number } | null;
  previous_l: number | null; change: number | null;
  by_purpose: { purpose: string; volume_l: number | null }[]; children: RegionChild[];
  /** The same of each month of the chart. */
  by_purpose_month: { purpose: string; volume_l: Litres }[];
  not_at_child_level_l: number; facilities: { layer: string; count: number }[]; as_of: AsOf;
}
export interface ComparedArea { period: string | null; compared: string | null; volume_l: number | null; difference_l: number | null; change: number | null }
/** The totals of an area; in it + elsewhere + unassigned + outside = recorded. */
export interface AreaTotals extends MonthlyUse {
  synthetic: boolean; as_of: AsOf; filters: Record<string, string[]>; redrawn: Redrawn | null;
  area: { text: string; kind: "regions" | "circle" | "box" | "shape"; name: Words; once: string[]; area_km2: number; bounds: Bounds | null; outline: GeoJSON.Polygon | GeoJSON.MultiPolygon | null };
  period: { text: string; from: string; to: string; months: number; missing: string[] }; provisional: string[]; provisional_notes: string[];
  volume_l: number | null; share_of_city: number | null; m3_per_km2: number | null; previous: ComparedArea; year: ComparedArea;
  by_source: { source: string; volume_l: number | null }[]; by_purpose: { purpose: string; volume_l: number | null }[];
  balance: Record<"area_l" | "elsewhere_l" | "unassigned_l" | "outside_l" | "recorded_l", number | null>;
  /** How it was counted, in words, and the cells that the line cuts. */
  rule: Words & { known: boolean; size: number | null; cells: number | null; share_by_area: number | null; cut: { cells: number; counted_l: number; left_l: number } | null };
  parts: { code: string; name: string; parent: string; level: Level; volume_l: number | null; share: number | null; area_km2: number }[];
  meets: { code: string; name: string; level: Level }[]; facilities: { layer: string; count: number }[];
}
export interface SearchHit { layer: string; level?: Level; code: string; name: string; path: string; region?: string | null; lon: number | null; lat: number | null; bounds?: Bounds | null }
export interface LinkedObject { layer: string | null; code: string; name: string; lon?: number | null; lat?: number | null }
export interface ObjectFeature {
  id: string; synthetic: boolean; geometry: GeoJSON.Geometry | null; properties: Record<string, unknown>; bbox?: Bounds;
  links?: Record<string, LinkedObject | LinkedObject[] | null>;
  /** Which release wrote it last; null of what is derived. */
  release?: { number: number; made_at: string; by_hand: boolean } | null;
  /** What rules find wrong with it, the gravest first. */
  faults?: Fault[];
}
export interface Fault { code: string; rule: string; title: Words; severity: string; state: string; since: string; evidence: Words; remedy: Words; fixes: Words[]; objects: string[] }
/** What stands next to an object: of its own layer, or a supply facility. */
export interface Neighbour { group: "same" | "facility"; layer: string; code: string; name: string; path: string; lon: number; lat: number; distance_m: number; bearing_deg: number | null }
/** What who asks may open behind an object: nothing of it for everybody. */
export interface Behind { edit?: string; history?: string; release?: { number: number; file: string; actor: string; url: string } }
/** Litres by source and month: what a chart of months is drawn from. */
export interface MonthlyUse { months: string[]; provisional_months: string[]; by_source_month: { source: string; volume_l: Litres }[] }
export interface YearUse { year: number; months: number; volume_l: number; like: string | null; previous_l: number | null; change: number | null; permitted_l: number | null; of_permitted: number | null }
export interface ObjectPermit { code: string; permitted_l_per_year: number | null; valid_from: string | null; valid_to: string | null; others: number }
/** What one object used; nothing but `closed` where figures of single objects are not told. */
export interface ObjectUse extends Omit<MonthlyUse, "provisional_months"> {
  provisional: string[];
  closed: boolean; synthetic: boolean; volume_l: Litres; years: YearUse[]; meters: number | null;
  shared: { meters?: number; volume_l?: number | null; users?: number } | null; permits: ObjectPermit[];
  /** Of a permit or holder: what is permitted, by kind, and how many of them meters measure. */
  points: { kind: "wells" | "intakes" | "users"; count: number; metered: number }[] | null;
  /** What gives its records among all of /feeds/usage; null where they are too many to name. */
  records: { field: string; codes: string[] } | null;
}
export interface Classes extends ClassBreaks { measure: string; unit: string; min: number; max: number }
/** The grid's balance and classes; recorded = assigned + unassigned + outside, in each month. */
export interface CellMonth { month: string; recorded_l: number | null; assigned_l: number | null; unassigned_l: number | null; outside_l: number | null; by_area_l: number | null; in_townships_l: number | null }
export interface CellStats { level: string; months: CellMonth[]; classes: { period: Classes; month: Classes }; as_of: AsOf }
export interface Compared { volume_l: number | null; previous_l: number | null; difference_l: number | null; change: number | null }
/** What moved is known in both periods. */
export interface Mover extends Compared { volume_l: number; previous_l: number; difference_l: number; code: string; name: string; bounds: Bounds; share_by_area?: number | null }
export interface Comparison {
  level: string; period: string; versus: string; features: number; totals: Compared | null; placed: Compared;
  classes: { difference: Classes; ratio: Classes }; direction: "up" | "down"; count: number; limit: number; offset: number; movers: Mover[];
}
export interface Part {
  /** Of places that are not shown one by one: no code, no name, and how many they are. */
  kind: string; code: string | null; name: string; layer: string | null; count: number; rule: string; source: string; purpose: string;
  volume_l: number; of_l: number | null; weight: number | null; weight_total: number | null;
}
/** A figure for a person: by how many, in how many days or months. */
export interface Per { measure: string; unit: string; value: number; counted: CountTold; times: number }
export interface Explanation { synthetic: boolean; provisional: string[]; missing: string[]; volume_l: number | null; parts_l: number | null; above_l: number | null; count: number; limit: number; offset: number; parts: Part[]; region?: { code: string; name: string }; unit?: string; per?: Per[]; redrawn?: Redrawn | null }
export interface CellFeature {
  id: string; geometry: GeoJSON.Geometry | null;
  properties: { code: string; township: string; township_name: string; area_m2: number; volume_l: number | null; m3_per_km2: number | null; share_by_area: number | null; previous_l?: number | null; difference_l?: number | null; change?: number | null };
}
export interface ReportJob {
  /** 1 waiting, 2 being made, 3 done, 4 failed; ``told`` and ``step`` are that in words. */
  id: number; status: number; told: string; step: string; percent: number; error: string; files: { form: string; url: string; size: string }[];
}
export interface ReportJobs { jobs: ReportJob[]; csrf: string }
export interface Filters {
  source: string[]; purpose: string[]; resident: "" | "yes" | "no";
  /** Which divisions regions and cells are spoken in; "" where there have never been others. */
  boundaries: string;
}
/** One edition of the divisions: the months it holds from and to; null is the beginning, and today. */
export interface Divisions { since: string | null; until: string | null; current: boolean }

interface Problem { title?: string; detail?: string; status?: number; param?: string; allowed?: string[]; unseen?: boolean }
export class ApiError extends Error {
  constructor(readonly url: string, readonly status: number, readonly problem: Problem = {}) {
    super(problem.detail || problem.title || (status ? `HTTP ${status}` : "network"));
  }
}

/** Heard with the time at which an answer was seen that comes from the worker's store ("" of what was never seen). */
let keptHearer: (at: string) => void = () => undefined;
export const hearKept = (hear: (at: string) => void): void => { keptHearer = hear; };
/** The questions that were answered, for a worker that comes after them. */
export const answered = new Set<string>();
/** The header by which the worker marks what is from its store. */
const SEEN = "Shuitu-Seen";

/** The answer to a question. While the server or its database is away it waits and asks again, instead of failing. */
export async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  for (;;) {
    const response = await fetch(url, { signal, headers: { Accept: "application/json" } }).catch((error: Error) => {
      if (error.name === "AbortError") throw error;
      return null;
    });
    const status = response?.status ?? 0;
    const retryAfter = response?.headers.get("Retry-After") ?? null;
    if (!response || isAway(status, retryAfter)) {
      await untilBack(status, retryAfter, signal);
      continue;
    }
    const seen = response.headers.get(SEEN);
    if (seen !== null) keptHearer(seen);
    if (response.ok) {
      answered.add(url);
      return (await response.json()) as T;
    }
    if (status === 401) await loggedOut();
    const body = await response.json().catch(() => ({}));
    throw new ApiError(url, status, body as Problem);
  }
}

const TURNED_AWAY = "turned-away", AGAIN_MS = 30_000;
/** Where nothing is shown without a log-in and it has ended, the page is asked for again: the server leads to the log-in and back. Once in a
 * while alone, so that nobody goes round in circles. */
async function loggedOut(): Promise<void> {
  const last = Number(sessionStorage.getItem(TURNED_AWAY) ?? 0);
  if (Date.now() - last < AGAIN_MS) return;
  sessionStorage.setItem(TURNED_AWAY, String(Date.now()));
  location.reload();
  await new Promise(() => {});
}

/** A query string in a fixed order without empty values, so that equal questions have equal URLs. */
export function query(parts: Record<string, string | string[] | undefined | null>): string {
  const pairs = Object.entries(parts)
    .map(([key, value]) => [key, Array.isArray(value) ? value.join(",") : value ?? ""] as const)
    .filter(([, value]) => value !== "");
  return pairs.length ? "?" + pairs.map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",")}`).join("&") : "";
}
const filterParts = ({ source, purpose, resident, boundaries }: Filters) => ({ source, purpose, resident, boundaries });

/** Classes of the choropleth, as many as its colours. */
export const CLASSES = 6;
export const metaUrl = "/api/meta";
export const seriesUrl = (level: Level | "", filters: Filters, span?: [string, string], parent?: string): string =>
  "/api/stats/series" + query({ level, parent, period: span?.join(".."), ...filterParts(filters), k: String(CLASSES) });
/** Only the classes of a series, cut as asked for. */
export const classesUrl = (level: Level, filters: Filters, span: [string, string] | undefined, method: string, k: number): string =>
  "/api/stats/series" + query({ level, period: span?.join(".."), ...filterParts(filters), method, k: String(k || CLASSES), part: "classes" });
/** What the rows of a series are called. */
export const namesUrl = (level: Level, boundaries: string): string => "/api/stats/series" + query({ level, boundaries, part: "names" });
export const regionUrl = (region: string, period: string, filters: Filters): string => {
  const { code, level } = askedOf(region);
  return `/api/regions/${encodeURIComponent(code)}` + query({ level, period, ...filterParts(filters) });
};
export const areaUrl = (area: string, period: string, filters: Filters): string => "/api/stats/area" + query({ area, period, ...filterParts(filters) });
export const cellStatsUrl = (level: string, period: string, measure: string, filters: Filters, method = "", k = 0): string =>
  "/api/stats/cells" + query({ level, period, measure, ...filterParts(filters), method, k: String(k || CLASSES) });
export const compareUrl = (level: string, period: string, versus: string, filters: Filters, page: { direction?: string; limit?: number; offset?: number; region?: string } = {}): string =>
  "/api/stats/compare" + query({ level, period, versus, ...filterParts(filters), region: page.region, direction: page.direction, limit: String(page.limit ?? 10), offset: page.offset ? String(page.offset) : "" });
export const explainUrl = (what: { unit?: string; region?: string }, period: string, filters: Filters, offset = 0, limit = 50): string =>
  "/api/explain" + query({ ...what, ...regionParts(what.region), period, ...filterParts(filters), limit: String(limit), offset: offset ? String(offset) : "" });
const regionParts = (region?: string): Record<string, string> => {
  if (!region) return {};
  const { code, level } = askedOf(region);
  return { region: code, level };
};
export const reportJobsUrl = (lang: string): string => "/reports/jobs" + query({ lang });
export const reportMakeUrl = "/reports/make";
/** One cell with its figures of a period, or of two. */
export const cellUrl = (layer: string, code: string, period: string, versus: string, filters: Filters): string =>
  `/api/layers/${layer}/features` + query({ code, period, versus, ...filterParts(filters) });
export const cellTiles = (period: string, versus: string, monthly: boolean, filters: Filters): string =>
  query({ period, versus, monthly: monthly ? "yes" : "", ...filterParts(filters) });
export const searchUrl = (text: string, limit: number): string => "/api/search" + query({ q: text, limit: String(limit) });
/** The regions of a level that a word says in Latin letters. */
export const speltUrl = (word: string, level: Level): string => "/api/search/regions" + query({ q: word, level });
export const objectUrl = (layer: string, code: string): string =>
  `/api/layers/${encodeURIComponent(layer)}/features/${encodeURIComponent(code)}`;
export const useUrl = (layer: string, code: string): string => `/api/layers/${encodeURIComponent(layer)}/use/${encodeURIComponent(code)}`;
export const nearUrl = (layer: string, code: string): string => `/api/layers/${encodeURIComponent(layer)}/near/${encodeURIComponent(code)}`;
export const behindUrl = (layer: string, code: string, lang: Lang): string =>
  `/desk/objects/${encodeURIComponent(layer)}/${encodeURIComponent(code)}` + query({ lang: lang === FIRST ? "" : lang });
/** Where it is told what of a permit is recorded, and proved. */
export const recordPage = (code: string, lang: Lang): string => `/record/permit/${encodeURIComponent(code)}` + query({ lang: lang === FIRST ? "" : lang });
export const recordsUrl = (form: string, { field, codes }: NonNullable<ObjectUse["records"]>): string => `/feeds/usage.${form}` + query({ [field]: codes });
/** The page of an object; ``from`` is the query of the map that it was asked from, and leads back there. */
export const objectPage = (layer: string, code: string, lang: Lang, from = ""): string =>
  `/objects/${encodeURIComponent(layer)}/${encodeURIComponent(code)}` + query({ lang: lang === FIRST ? "" : lang, from: from.replace(/^\?/, "") });

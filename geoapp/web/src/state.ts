// The page's whole state, kept in the URL: what is shown can always be shared, reloaded and gone back to.
import type { Filters, Lang } from "./api";
import { query } from "./api";
import { type Classing, COUNTS, knownPalettes, METHODS, OPACITIES, ownBreaks } from "./classing";
import { groundOf, groundText, type Underneath } from "./ground";
import { FIRST, LANGUAGES } from "./i18n";
import { areLike, besidePeriod, pairOf } from "./periods";
import { WHERE } from "./where";

export type Measure = "volume" | "per_km2" | "per_resident" | "per_household" | "percentile" | "change_previous" | "change_year" | "difference" | "ratio";
export type LevelChoice = "auto" | "district" | "township" | "village" | "grid";
/** What the second of two linked maps shows; level, regions and filters are those of the first. */
export interface Second { period: string; measure: Measure; versus: string }
export interface Camera { zoom: number; lat: number; lon: number }
export interface State extends Filters, Classing {
  lang: Lang;
  /** "2019-07", "2019", or "2019-01..2023-09"; "" until the months are known. */
  period: string;
  measure: Measure;
  /** The period compared with, of the measures "difference" and "ratio". */
  versus: string;
  /** Whether cells show how uncertain they are. */
  unsure: boolean;
  /** Code of the grid unit whose popup is open. */
  cell: string;
  /** What is being explained: "region/110108", "region/reporting_unit/110108", "unit/…", "unit/outside", with "/source" of a single bar. */
  explain: string;
  level: LevelChoice;
  /** Code of the selected region, of a reporting unit behind its kind (see unit.ts); "" is the whole city. */
  region: string;
  /** Ids of the facility layers that are on. */
  layers: string[];
  /** What of what lies underneath is shown. */
  ground: Underneath[];
  /** Attribute filters of facility layers (see where.ts). */
  where: string;
  /** "layer/code" of the object whose popup is open. */
  object: string;
  /** "layer/code" of the object that the drawer tells all of. */
  details: string;
  camera: Camera | null;
  drawer: boolean;
  /** Whether the table of what the map shows stands in the place of the overview. */
  table: boolean;
  /** Codes of regions whose lines are in one chart. */
  beside: string[];
  /** The second map; null while there is one alone. */
  second: Second | null;
  /** Whether figures are printed on the areas. */
  values: boolean;
  /** What totals are asked of: "view" for what is seen, or as the server spells it ("regions:…", "circle:…"); "" while nothing is. */
  area: string;
  /** In a frame of another page: the map without panels. */
  embed: boolean;
}

/** How many regions a chart of lines holds. */
export const BESIDE_MOST = 5;

export const MEASURES: readonly Measure[] = ["volume", "per_km2", "per_resident", "per_household", "change_previous", "change_year", "percentile", "difference", "ratio"];
export const LEVELS: readonly LevelChoice[] = ["auto", "district", "township", "village", "grid"];
const PERIOD = /^\d{4}(-\d\d)?$|^\d{4}-\d\d\.\.\d{4}-\d\d$/;
// Whether a shape crosses itself, and whether there are such regions, is the server's to say.
const NUMBER = String.raw`-?\d{1,6}(\.\d{0,15})?`;
const AREA = new RegExp(`^(view|regions:\\d{2,12}(,\\d{2,12}){0,49}|circle:${NUMBER},${NUMBER},${NUMBER}|box:(${NUMBER},){3}${NUMBER}|shape:(${NUMBER},${NUMBER};){2,199}${NUMBER},${NUMBER})$`);
// A layer and a code, which registers write as they like: in any script, with blanks and slashes.
const OBJECT = /^([a-z_]+)\/(\P{C}{1,200})$/u;
/** The layer and the code of an object's name in an address; empty of none. */
export const objectParts = (name: string): [layer: string, code: string] => {
  const found = OBJECT.exec(name);
  return found ? [found[1], found[2]] : ["", ""];
};
/** Whether a measure compares with a period of the reader's own choice. */
export const isCompare = (measure: Measure): boolean => measure === "difference" || measure === "ratio";
/** What stands where the drawer of an object lies upon it. */
const BELOW = ["explain", "region", "area"] as const;
const pick = <T extends string>(value: string | null, allowed: readonly T[]): T =>
  allowed.includes(value as T) ? (value as T) : allowed[0];
const codes = (value: string | null): string[] => [...new Set((value ?? "").split(",").filter((part) => /^\d{2,12}$/.test(part)))].slice(0, BESIDE_MOST);
const list = (value: string | null): string[] => (value ?? "").split(",").filter((part) => /^[a-z_]+$/.test(part));

/** "period/measure", with "/versus" of a measure that compares; null of anything else. */
function secondOf(text: string): Second | null {
  const [period, measure, versus = "", ...more] = text.split("/");
  const there = PERIOD.test(period) && MEASURES.includes(measure as Measure) && (!versus || PERIOD.test(versus)) && !more.length;
  return there ? { period, measure: measure as Measure, versus: isCompare(measure as Measure) ? versus : "" } : null;
}
/** "zoom/lat/lon" of a place that a map can show; null of anything else. */
function cameraOf(text: string): Camera | null {
  const parts = text.split("/");
  const [zoom, lat, lon] = parts.map(Number);
  const there = parts.length === 3 && parts.every((part) => part.trim() !== "") && zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return there ? { zoom, lat, lon } : null;
}

export function parse(search: string): State {
  const params = new URLSearchParams(search);
  const text = (key: string, pattern: RegExp) => (pattern.test(params.get(key) ?? "") ? params.get(key) ?? "" : "");
  return {
    lang: pick(params.get("lang"), LANGUAGES),
    period: text("period", PERIOD),
    versus: text("versus", PERIOD),
    unsure: params.get("unsure") === "1",
    cell: text("cell", /^\d{4}E\d{5}N\d{5}-\d{9}$/),
    explain: text("explain", /^(region\/(reporting_unit\/)?\d{2,12}|unit\/[\w-]+)(\/[a-z_]+)?$/),
    // The API's own word for it is "change".
    measure: pick(params.get("measure") === "change" ? "change_previous" : params.get("measure"), MEASURES),
    level: pick(params.get("level"), LEVELS),
    source: list(params.get("source")),
    purpose: list(params.get("purpose")),
    resident: pick(params.get("resident"), ["", "yes", "no"] as const),
    boundaries: text("boundaries", /^current$|^\d{4}-\d\d$/),
    region: text("region", /^(reporting_unit\/)?\d{2,12}$/),
    layers: list(params.get("layers")),
    ground: groundOf(params.get("ground")),
    where: text("where", WHERE),
    object: text("object", OBJECT),
    details: text("details", OBJECT),
    camera: cameraOf(params.get("map") ?? ""),
    drawer: params.get("drawer") !== "0",
    table: params.get("table") === "1",
    beside: codes(params.get("beside")),
    second: secondOf(params.get("second") ?? ""),
    values: params.get("values") === "1",
    area: text("area", AREA),
    method: pick(params.get("method"), ["", ...METHODS] as const),
    classes: COUNTS.find((each) => String(each) === params.get("k")) ?? 0,
    breaks: ownBreaks(params.get("breaks") ?? "") ? params.get("breaks")! : "",
    palette: knownPalettes(list(params.get("palette"))),
    opacity: OPACITIES.find((each) => String(each) === params.get("opacity")) ?? 100,
    embed: params.get("embed") === "1",
  };
}

/** The query string of a state; defaults are left out, so the plain page has the plain address. */
export function serialise(state: State, defaultPeriod: string): string {
  const { camera, second } = state;
  return query({
    lang: state.lang === FIRST ? "" : state.lang,
    period: state.period === defaultPeriod ? "" : state.period,
    source: state.source,
    purpose: state.purpose,
    resident: state.resident,
    boundaries: state.boundaries,
    measure: state.measure === "volume" ? "" : state.measure,
    versus: isCompare(state.measure) ? state.versus : "",
    level: state.level === "auto" ? "" : state.level,
    unsure: state.unsure ? "1" : "",
    cell: state.cell,
    explain: state.explain,
    region: state.region,
    layers: state.layers,
    ground: groundText(state.ground),
    where: state.where,
    object: state.object,
    details: state.details,
    drawer: state.drawer ? "" : "0",
    table: state.table ? "1" : "",
    beside: state.beside,
    second: second ? [second.period, second.measure, second.versus].filter(Boolean).join("/") : "",
    values: state.values ? "1" : "",
    area: state.area,
    method: state.method,
    k: state.classes ? String(state.classes) : "",
    breaks: state.breaks,
    palette: state.palette,
    opacity: state.opacity === 100 ? "" : String(state.opacity),
    embed: state.embed ? "1" : "",
    map: camera ? `${camera.zoom.toFixed(2)}/${camera.lat.toFixed(4)}/${camera.lon.toFixed(4)}` : "",
  }).replace(/%2F|%3A|%3B|%2B/g, decodeURIComponent).replaceAll("+", "%2B");
}

export type Listener = (state: State, changed: ReadonlySet<keyof State>, cause: Cause) => void;
export type Cause = "set" | "history";
/** What parts of the page ask of the state, whichever map they belong to. */
export interface Stateful {
  readonly state: State;
  readonly defaultPeriod: string;
  set(patch: Partial<State>): void;
  /** Hear of changes, until the answer is called. */
  subscribe(hear: Listener): () => void;
}

// Where an act of the reader begins: a slider that is dragged, or a key that is held, is one.
const ACTS = ["pointerdown", "keydown", "click"] as const;

export class Store implements Stateful {
  private listeners = new Set<Listener>();
  /** Whether the reader has done something since the last step, so that what changes next is by that. */
  private acted = false;
  defaultPeriod = "";
  /** The months there are figures of, once they are known. */
  months: readonly string[] = [];
  constructor(public state: State) {
    addEventListener("popstate", () => this.apply({ ...parse(location.search) }, "history"));
    // A click follows the press that began it, unless it is a keyboard's or a program's, which comes without coordinates.
    const act = (event: Event) => { if (!(event instanceof KeyboardEvent && event.repeat) && !(event.type === "click" && (event as MouseEvent).detail > 0)) this.acted = true; };
    for (const name of ACTS) addEventListener(name, act, { capture: true });
  }
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
  /**
   * Change some of the state. The first change after an act of the reader is a step that the back button undoes; what follows from
   * the same act, what goes on by itself, and where the map is moved belong to the step before.
   */
  set(patch: Partial<State>): void {
    const before = location.pathname + location.search;
    const next = { ...this.state, ...patch };
    // Another kind of period has to be compared with another one too: a month with a month, a year with a year. Where there is none, nothing is compared.
    if (isCompare(next.measure) && next.versus && !areLike(next.period, next.versus)) {
      const found = pairOf(next.period, "", this.months);
      Object.assign(next, found.period === next.period ? found : { measure: "volume", versus: "" });
    }
    if (next.second) next.second = this.paired(next.second, next.period);
    // What is opened anew where the drawer of an object lies is to be seen.
    if (next.details === this.state.details && BELOW.some((key) => patch[key] !== undefined && patch[key] !== this.state[key])) next.details = "";
    const address = location.pathname + serialise(next, this.defaultPeriod);
    const step = this.acted && !Object.keys(patch).every((key) => key === "camera");
    if (address !== before) {
      this.acted = false;
      if (step) history.pushState(null, "", address);
      else history.replaceState(null, "", address);
    }
    this.apply(next, "set");
  }
  /** The second map goes from months to years with the first, and what it compares with goes with it. */
  private paired({ period, measure, versus }: Second, first: string): Second {
    const left = areLike(this.state.period, period) && !areLike(first, period);
    const now = left ? besidePeriod(first, this.months) : period;
    if (!isCompare(measure)) return { period: now, measure, versus: "" };
    return { measure, ...(versus && areLike(now, versus) ? { period: now, versus } : pairOf(now, "", this.months)) };
  }
  private apply(next: State, cause: Cause): void {
    if (!next.period) next.period = this.defaultPeriod;
    const changed = new Set<keyof State>();
    for (const key of Object.keys(next) as (keyof State)[]) {
      if (JSON.stringify(next[key]) !== JSON.stringify(this.state[key])) changed.add(key);
    }
    this.state = next;
    if (changed.size) for (const listener of this.listeners) listener(next, changed, cause);
  }
}

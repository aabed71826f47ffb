// What an address asks for that is not there: told to the reader and mended, never shown as something else without a word.
import type { Meta } from "./api";
import { groundText, isFacility } from "./ground";
import { areLike, besidePeriod, monthsOf, pairOf } from "./periods";
import { isCompare, type State } from "./state";

type Part = "period" | "versus" | "measure" | "level" | "source" | "purpose" | "resident" | "boundaries" | "region" | "layers" | "ground" | "where" | "object" | "details" | "cell" | "explain" | "map" | "lang" | "method" | "k" | "breaks" | "palette" | "opacity" | "beside" | "table" | "area" | "second" | "values";
export interface Mended { part: Part; asked: string }

/** Whether every month a period names at its ends is in the data. */
function isKnown(period: string, months: readonly string[]): boolean {
  const [from, to = from] = period.split("..");
  return from <= to && [from, to].every((end) => monthsOf(end, months).length > 0);
}

/** Mend a state in place by what there is, and say what was asked in vain. */
export function mend(state: State, search: string, meta: Meta, defaultPeriod: string): Mended[] {
  const { months, layers } = meta;
  const params = new URLSearchParams(search);
  const mended: Mended[] = [];
  const asked = (name: string) => params.get(name) ?? "";
  if (!state.period || !isKnown(state.period, months)) {
    state.period = defaultPeriod;
    if (asked("period")) mended.push({ part: "period", asked: asked("period") });
  }
  if (isCompare(state.measure) && (!state.versus || !isKnown(state.versus, months) || !areLike(state.period, state.versus))) {
    const found = pairOf(state.period, "", months);
    if (asked("versus")) mended.push({ part: "versus", asked: asked("versus") });
    if (asked("period") === state.period && found.period !== state.period) mended.push({ part: "period", asked: state.period });
    Object.assign(state, found);
  }
  const { second } = state;
  if (second) {
    const known = isKnown(second.period, months);
    if (!known) second.period = besidePeriod(state.period, months);
    const compared = !isCompare(second.measure) || (isKnown(second.versus, months) && areLike(second.period, second.versus));
    if (!compared) Object.assign(second, pairOf(second.period, "", months));
    if (!known || !compared) mended.push({ part: "second", asked: asked("second") });
  }
  if (state.level === "grid" && !layers.some((layer) => layer.id === "grid_500")) {
    state.level = "auto";
    mended.push({ part: "level", asked: asked("level") });
  }
  for (const name of ["source", "purpose"] as const) keep(name, state, [...meta.vocab[name].map((term) => term.code), ...(name === "source" ? ["new_water"] : [])]);
  keep("layers", state, layers.filter(isFacility).map((layer) => layer.id));
  // What was not understood at all has left its default in the state.
  const understood: Record<Exclude<Part, "period" | "versus" | "source" | "purpose" | "layers">, unknown> = {
    measure: state.measure === asked("measure") || asked("measure") === "change", level: state.level === asked("level") || asked("level") === "grid",
    resident: state.resident, boundaries: state.boundaries, region: state.region, where: state.where, object: state.object, details: state.details, cell: state.cell,
    explain: state.explain, map: state.camera, lang: state.lang === asked("lang"),
    method: state.method, k: state.classes, breaks: state.breaks, palette: [...state.palette].sort().join() === asked("palette").split(",").sort().join(),
    opacity: String(state.opacity) === asked("opacity"), ground: groundText(state.ground) === asked("ground"), beside: state.beside.join() === asked("beside"), second: state.second, values: state.values || asked("values") === "0", table: state.table || asked("table") === "0", area: state.area,
  };
  for (const [part, found] of Object.entries(understood)) if (asked(part) && !found) mended.push({ part: part as Part, asked: asked(part) });
  return mended;

  /** Of a list only what there is. */
  function keep(part: "source" | "purpose" | "layers", of: State, known: readonly string[]): void {
    of[part] = of[part].filter((code) => known.includes(code));
    const unknown = asked(part).split(",").filter((code) => code && !known.includes(code));
    if (unknown.length) mended.push({ part, asked: unknown.join(", ") });
  }
}

// What an address asks for that is not there: told to the reader and mended, never shown as something else without a word.
import type { LayerInfo } from "./api";
import { areLike, firstVersus, monthsOf } from "./periods";
import { isCompare, LEVELS, MEASURES, type State } from "./state";

export interface Mended { part: "period" | "versus" | "measure" | "level" | "layers" | "resident" | "region"; asked: string }

/** Whether every month a period names at its ends is in the data. */
function isKnown(period: string, months: readonly string[]): boolean {
  const [from, to = from] = period.split("..");
  return from <= to && [from, to].every((end) => monthsOf(end, months).length > 0);
}

/** Mend a state in place by what there is, and say what was asked in vain. */
export function mend(state: State, search: string, months: readonly string[], layers: readonly LayerInfo[], defaultPeriod: string): Mended[] {
  const params = new URLSearchParams(search);
  const mended: Mended[] = [];
  const asked = (name: string) => params.get(name) ?? "";
  if (!state.period || !isKnown(state.period, months)) {
    state.period = defaultPeriod;
    if (asked("period")) mended.push({ part: "period", asked: asked("period") });
  }
  if (isCompare(state.measure) && (!state.versus || !isKnown(state.versus, months) || !areLike(state.period, state.versus))) {
    state.versus = firstVersus(state.period, months);
    if (asked("versus")) mended.push({ part: "versus", asked: asked("versus") });
  }
  if (asked("level") === "grid" && !layers.some((layer) => layer.id === "grid_500")) {
    state.level = "auto";
    mended.push({ part: "level", asked: asked("level") });
  }
  if (asked("measure") && !MEASURES.includes(asked("measure") as never)) mended.push({ part: "measure", asked: asked("measure") });
  if (asked("level") && !LEVELS.includes(asked("level") as never)) mended.push({ part: "level", asked: asked("level") });
  if (asked("resident") && !["yes", "no"].includes(asked("resident"))) mended.push({ part: "resident", asked: asked("resident") });
  if (asked("region") && !state.region) mended.push({ part: "region", asked: asked("region") });
  const facility = new Set(layers.filter((layer) => layer.stage !== "region").map((layer) => layer.id));
  const unknown = asked("layers").split(",").filter((id) => id && !facility.has(id));
  state.layers = state.layers.filter((id) => facility.has(id));
  if (unknown.length) mended.push({ part: "layers", asked: unknown.join(", ") });
  return mended;
}

// What lies underneath, as the page speaks of it: waters, and roads with railways; of each only what there is.
import type { LayerInfo, Meta } from "./api";
import type { Context } from "./context";

export type Underneath = "water" | "roads";
export const UNDERNEATH: readonly Underneath[] = ["water", "roads"];
const LAYERS: Record<Underneath, readonly string[]> = { water: ["water_body", "watercourse"], roads: ["railway", "road"] };

export interface Lying { part: Underneath; layers: LayerInfo[] }

/** The parts there is anything of, each with its layers, those that lie lowest first. */
export function underneath(meta: Meta): Lying[] {
  return UNDERNEATH.flatMap((part) => {
    const layers = LAYERS[part].flatMap((id) => meta.layers.filter((layer) => layer.id === id && layer.count > 0));
    return layers.length ? [{ part, layers }] : [];
  });
}
/** The layers of what is switched on. */
export const groundShown = ({ meta, state }: Pick<Context, "meta" | "state">): LayerInfo[] =>
  underneath(meta).flatMap(({ part, layers }) => (state.ground.includes(part) ? layers : []));
/** What an address says is on: "none", or parts; all where it says nothing that is known. */
export function groundOf(asked: string | null): Underneath[] {
  const parts = UNDERNEATH.filter((part) => (asked ?? "").split(",").includes(part));
  return parts.length || asked === "none" ? parts : [...UNDERNEATH];
}
export const groundText = (on: readonly Underneath[]): string => (on.length === UNDERNEATH.length ? "" : on.join(",") || "none");
/** Facilities, users and meters: what stands somewhere, or is supplied, and can be switched on one by one. */
export const isFacility = ({ stage }: { stage: string }): boolean => stage !== "region" && stage !== "ground";

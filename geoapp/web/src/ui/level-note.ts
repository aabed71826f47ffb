// Why the map does not show the level that was asked for, and how it would: cells and small divisions need a nearer view.
import { CELLS_FROM } from "../cells";
import type { Context } from "../context";
import { h } from "../dom";
import { t, tk } from "../i18n";
import { ENTRIES } from "../measures";

/** How much nearer than where cells are first seen one of them is as wide as a finger's tip is seen. */
const CELLS_NEAR = 2;

/** The zoom from which a level can be shown that is asked for and is not shown; null when it is. */
function zoomWanted(context: Context): number | null {
  const { level, measure } = context.state;
  if (level === "grid" && ENTRIES[measure].regionsOnly) return null;
  if (level === "grid") return context.cells || context.cellsComing || !context.layer("grid_500") ? null : CELLS_FROM;
  if (level === "auto" || level === context.level || !context.levels.includes(level)) return null;
  return context.layer(level)?.min_zoom ?? null;
}
/** It in a few words; empty when the map shows what was asked for. */
export const levelHint = (context: Context): string => (zoomWanted(context) === null ? "" : t("levelNearer", { level: tk("levelShort", context.state.level) }));

/** It in a sentence, with the way there. */
export function levelNote(context: Context): HTMLElement | null {
  const { level, measure } = context.state;
  if (level === "grid" && ENTRIES[measure].regionsOnly) return h("p", { class: "hint", "data-testid": "grid-without" }, t(ENTRIES[measure].people ? "gridWithoutPeople" : "gridWithoutYears"));
  if (level === "grid" && context.cellsComing) return h("p", { class: "hint", "data-testid": "grid-coming" }, t("gridComing"));
  const zoom = zoomWanted(context);
  if (zoom === null) return null;
  const told = level === "grid" ? t("gridFrom") : t("levelFrom", { level: tk("level", level), zoom, now: tk("level", context.level) });
  return h("p", { class: "hint grid-hint", "data-testid": level === "grid" ? "grid-hint" : "level-hint" }, told, " ",
    h("button", { type: "button", class: "button small", onclick: () => context.emit("go", { zoom: level === "grid" ? zoom + CELLS_NEAR : zoom + 0.1 }) }, t("zoomIn")));
}

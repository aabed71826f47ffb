// What a chart of sources, or a list of purposes, holds while the page is filtered: its own filter it does not follow, so that each
// part is seen among the others; the other one it does. Either is said where it is drawn.
import type { Context } from "../context";
import { h } from "../dom";
import { t } from "../i18n";
import { sourceWords, useWords } from "./filters";

export function followedText(context: Context, of: "source" | "purpose"): string {
  const [own, other] = of === "source" ? [sourceWords(context), useWords(context)] : [useWords(context), sourceWords(context)];
  return [own && t(of === "source" ? "allSources" : "allPurposes"), other && t("onlyOf", { what: other })].filter(Boolean).join(" ");
}
/** The same as a line; null where nothing is filtered. */
export function followedNote(context: Context, of: "source" | "purpose"): HTMLElement | null {
  const told = followedText(context, of);
  return told ? h("p", { class: "fine", "data-testid": `followed-${of}` }, told) : null;
}

// Measure and filters. What is chosen here is asked of the API under the same names.
import type { Context } from "../context";
import { h } from "../dom";
import { form } from "../form";
import { ENTRIES } from "../measures";
import { inLanguage, t, term, tk } from "../i18n";
import { isCompare, type Measure, MEASURES, type State } from "../state";
import { chips, redraw, segmented } from "./choices";
import { compareBlock } from "./compare";
import { divisionsWords } from "./divisions";
import { whyNot } from "./measure-note";

const NEW_WATER = "new_water";

export function mountFilters(place: HTMLElement, context: Context): void {
  const { store, meta } = context;
  const set = (patch: Partial<State>) => store.set(patch);
  const options = (vocab: string) => (meta.vocab[vocab] ?? []).map(({ code }) => ({ value: code, text: term(meta, vocab, code) }));

  function draw(): void {
    const { state } = store;
    const filtered = state.source.length + state.purpose.length + (state.resident ? 1 : 0) > 0;
    // Tables list every measure.
    const measures = form() === "plain" ? [] : [
      h("section", { class: "block" },
        h("h2", {}, t("measure")),
        segmented("measure", t("measure"), MEASURES.filter((value) => !isCompare(value)).map((value) => {
          const why = whyNot(context, value);
          // What is shown stays chosen, though it has nothing to show: the legend says why.
          return { value, text: tk("measure", value), hint: why || tk("measureTitle", value), off: Boolean(why) && value !== state.measure };
        }), state.measure,
          (value) => set({ measure: value as Measure })),
        dividedNote(context)),
      compareBlock(context),
    ];
    redraw(place,
      measures,
      h("section", { class: "block" },
        h("h2", {}, t("source"),
          filtered ? h("button", { type: "button", class: "reset", "data-testid": "filter-reset", onclick: () => set({ source: [], purpose: [], resident: "" }) }, t("reset")) : null),
        chips("source", t("source"), t("all"), [{ value: NEW_WATER, text: t("new_water"), hint: t("newWaterHint") }, ...options("source")], state.source,
          (source) => set({ source }), [NEW_WATER])),
      h("section", { class: "block" },
        h("h2", {}, t("purpose")),
        chips("purpose", t("purpose"), t("all"), options("purpose"), state.purpose, (purpose) => set({ purpose, resident: "" }))),
      h("section", { class: "block row" },
        h("h2", {}, t("resident")),
        segmented("resident", t("resident"), ["", "yes", "no"].map((value) => ({ value, text: tk("resident", value) })), state.resident,
          (value) => set({ resident: value as State["resident"], purpose: [] }))),
      divisionsBlock(context));
  }
  draw();
  store.subscribe((_, changed) => {
    if (["measure", "period", "versus", "source", "purpose", "resident", "boundaries", "lang"].some((key) => changed.has(key as keyof State))) draw();
  });
}

/** Whom a figure for a person divides by, and that the water is the one that the filters leave. */
function dividedNote(context: Context): HTMLElement | null {
  const { people } = ENTRIES[context.state.measure];
  return people ? h("p", { class: "hint", "data-testid": "divided" }, t("dividedBy", { what: filterWords(context) || t("dividedAll") })) : null;
}

/** Which divisions are spoken in; nothing to choose where there have never been others. */
function divisionsBlock(context: Context): HTMLElement | null {
  const { state, store, meta } = context;
  if (meta.divisions.length < 2) return null;
  return h("section", { class: "block row" },
    h("h2", {}, t("divisions")),
    segmented("boundaries", t("divisions"), ["", "current"].map((value) => ({ value, text: tk("divisions", value), hint: tk("divisionsHint", value) })), state.boundaries,
      (boundaries) => store.set({ boundaries })),
    h("p", { class: "hint", "data-testid": "divisions-told" }, divisionsWords(context), " · ",
      h("a", { href: inLanguage("/divisions"), target: "_blank" }, t("divisionsChanges"))));
}
/** The filters in words, for captions: "自备井 · 工业". Empty when nothing is filtered. */
export const filterWords = (context: Context): string => [sourceWords(context), useWords(context)].filter(Boolean).join(" · ");
/** Of these, what the water was taken from. */
export const sourceWords = ({ state, meta }: Context): string =>
  state.source.map((code) => (code === NEW_WATER ? t("new_water") : term(meta, "source", code))).join(" · ");
/** And what it was used for, or by whom. */
export const useWords = ({ state, meta }: Context): string =>
  [...state.purpose.map((code) => term(meta, "purpose", code)), ...(state.resident ? [tk("resident", state.resident)] : [])].join(" · ");

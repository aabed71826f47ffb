// How the reader wants values painted: method, number of classes, bounds of one's own, palette, how strong. All of it is in the address.
import { breaksText, COUNTS, DIVERGINGS, isCutAnew, METHODS, OPACITIES, ownBreaks, paletteOf, SEQUENTIALS } from "../classing";
import { CLASSES } from "../api";
import type { Scale } from "../classes";
import type { Context } from "../context";
import { h } from "../dom";
import { t, tk } from "../i18n";
import { ENTRIES, isTwoSided, type Unit } from "../measures";
import type { Measure, State } from "../state";
import { segmented } from "./choices";

let open = false;

/** Between what the address says (m³, m³/km²) and what the legend writes. */
const perUnit = (measure: Measure, unit: Unit): number => unit.divide / (ENTRIES[measure].classes?.stored ?? 1);

export function legendStyle(context: Context, measure: Measure, scale: Scale, unit: Unit): HTMLElement {
  const { store, state } = context;
  const two = isTwoSided(measure);
  const own = ownBreaks(state.breaks)?.measure === measure;
  const usual = context.cells ? "tail" : "quantiles";
  const set = (patch: Partial<State>) => store.set(patch);
  const changed = isCutAnew(state) || own || state.palette.length > 0 || state.opacity !== 100;

  function cut(): HTMLElement[] {
    const method = h("select", {
      "aria-label": t("classMethod"), name: "method", "data-testid": "class-method",
      onchange: () => (method.value === "own" ? startOwn() : set({ method: method.value === usual ? "" : (method.value as State["method"]), breaks: "" })),
    }, [...METHODS, "own"].map((each) => h("option", { value: each, selected: each === (own ? "own" : state.method || usual) }, tk("classMethod", each))));
    const count = String(state.classes || CLASSES);
    return [
      h("label", {}, h("span", {}, t("classMethod")), method),
      own ? bounds() : segmented("class-count", t("classCount"), COUNTS.map((each) => ({ value: String(each), text: String(each) })), count, (value) => set({ classes: Number(value) === CLASSES ? 0 : (Number(value) as State["classes"]) })),
    ];
  }
  /** One's own bounds begin with those that are there: two to six of them. */
  function startOwn(): void {
    const now = scale.breaks.map((each) => each / (ENTRIES[measure].classes?.stored ?? 1));
    set({ breaks: breaksText(measure, now.slice(0, 6)) ?? breaksText(measure, [1, 10].map((each) => each * perUnit(measure, unit)))! });
  }
  function bounds(): HTMLElement {
    const per = perUnit(measure, unit);
    const mistake = h("p", { class: "fine mistake", role: "alert", hidden: true }, t("classOwnMistake"));
    const field = h("input", {
      type: "text", inputmode: "decimal", name: "breaks", "data-testid": "class-breaks", spellcheck: "false", autocomplete: "off", "aria-label": `${t("classOwn")} (${unit.name})`,
      onchange: () => {
        const numbers = field.value.split(/[\s,，、;；]+/).filter(Boolean).map(Number);
        const text = breaksText(measure, numbers.map((each) => each * per));
        mistake.hidden = text !== null;
        field.toggleAttribute("aria-invalid", text === null);
        if (text) set({ breaks: text });
      },
    });
    field.value = (ownBreaks(state.breaks)?.breaks ?? []).map((each) => String(Number((each / per).toPrecision(12)))).join(", ");
    return h("div", {}, h("label", {}, h("span", {}, `${t("classOwn")} (${unit.name})`), field), mistake);
  }

  const palettes = two ? DIVERGINGS : SEQUENTIALS;
  const palette = paletteOf(state, two);
  return h("details", { class: "fold legend-style", open, "data-testid": "legend-style", ontoggle: (event: Event) => { open = (event.target as HTMLDetailsElement).open; } },
    h("summary", {}, t("legendStyle")),
    two ? null : cut(),
    h("div", { class: "palettes", role: "radiogroup", "aria-label": t("palette"), "data-testid": "palette" },
      Object.entries(palettes).map(([name, stops]) => h("label", { title: tk("palette", name) },
        h("input", {
          type: "radio", name: "palette", value: name, checked: name === palette, "aria-label": tk("palette", name),
          // The other kind's choice stays.
          onchange: () => set({ palette: [...state.palette.filter((each) => !Object.hasOwn(palettes, each)), ...(name === Object.keys(palettes)[0] ? [] : [name])].sort() }),
        }),
        h("span", {}, stops.map((color) => h("i", { style: `background:${color}` })))))),
    context.cells ? null : h("label", { class: "unsure-switch" },
      h("input", { type: "checkbox", checked: state.values, "data-testid": "values-switch", onchange: (event: Event) => set({ values: (event.target as HTMLInputElement).checked }) }),
      h("span", {}, t("valuesOn")), h("span", { class: "switch", "aria-hidden": "true" })),
    h("div", { class: "opacity-row" }, h("span", {}, t("opacity")), segmented("opacity", t("opacity"), OPACITIES.map((each) => ({ value: String(each), text: each ? `${each}%` : t("opacityOff") })), String(state.opacity), (value) => set({ opacity: Number(value) as State["opacity"] }))),
    changed ? h("button", { type: "button", class: "reset", value: "reset-style", "data-testid": "class-reset", onclick: () => set({ method: "", classes: 0, breaks: "", palette: [], opacity: 100 }) }, t("styleReset")) : null);
}

// Small controls used all over: a segmented choice (one of several) and chips (any of several).
import { h, replace } from "../dom";

/** ``off`` is one that cannot be chosen just now; its hint says why. */
export interface Option { value: string; text: string; hint?: string; off?: boolean }

/** Radio buttons that look like one control; arrow keys move between them. */
export function segmented(name: string, label: string, options: Option[], value: string, choose: (value: string) => void): HTMLElement {
  return h("div", { class: "segmented", role: "radiogroup", "aria-label": label, "data-testid": name },
    options.map((option) => h("label", { title: option.hint, class: option.off ? "off" : undefined },
      h("input", { type: "radio", name, value: option.value, checked: option.value === value, disabled: option.off === true, onchange: () => choose(option.value) }),
      h("span", {}, option.text))));
}

/** Toggle buttons; the first clears the choice. Terms given as `whole` exclude the single ones. */
export function chips(name: string, label: string, all: string, options: Option[], chosen: readonly string[], choose: (values: string[]) => void, whole: readonly string[] = []): HTMLElement {
  const chip = (text: string, on: boolean, click: () => void, value: string, hint?: string) =>
    h("button", { type: "button", class: "chip", "aria-pressed": String(on), title: hint, "data-value": value, onclick: click }, text);
  const toggle = (value: string) => {
    if (chosen.includes(value)) return choose(chosen.filter((each) => each !== value));
    if (whole.includes(value)) return choose([value]);
    choose([...chosen.filter((each) => !whole.includes(each)), value]);
  };
  return h("div", { class: "chips", role: "group", "aria-label": label, "data-testid": name },
    chip(all, chosen.length === 0, () => choose([]), ""),
    options.map((option) => chip(option.text, chosen.includes(option.value), () => toggle(option.value), option.value, option.hint)));
}

/** Redraw a control without losing the keyboard: focus goes back to the same choice. */
export function redraw(place: Element, ...content: Parameters<typeof replace>[1][]): void {
  const active = document.activeElement;
  const inside = active instanceof HTMLElement && place.contains(active) ? active : null;
  const key = inside && { tag: inside.tagName, name: inside.getAttribute("name"), value: inside.getAttribute("value") ?? inside.dataset.value, group: inside.parentElement?.dataset.testid };
  replace(place, ...content);
  if (!key) return;
  for (const candidate of place.querySelectorAll<HTMLElement>(key.tag)) {
    const same = (candidate.getAttribute("value") ?? candidate.dataset.value) === key.value && candidate.getAttribute("name") === key.name;
    if (same && (key.group === undefined || candidate.parentElement?.dataset.testid === key.group)) return candidate.focus({ preventScroll: true });
  }
}

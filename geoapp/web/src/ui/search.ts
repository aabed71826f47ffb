// Search over regions, objects and codes: a combobox (WAI-ARIA), answered by the server as one types.
import { getJson, objectPage, type SearchHit, searchUrl } from "../api";
import { type Context, DIGITS_OF, isMapLevel } from "../context";
import { announce, debounce, h, icon, replace } from "../dom";
import { form } from "../form";
import { isFacility, underneath, UNDERNEATH } from "../ground";
import { language, t, tk, words } from "../i18n";
import { badgeElement } from "../map/icons";
import { BESIDE_MOST } from "../state";

const WAIT_MS = 160;
const FIRST = 12; // results that are shown, until more are asked for
const MOST = 100; // that the server gives
const CLOSE = 15; // zoom of a position that was pasted

export function mountSearch(place: HTMLElement, context: Context, select: (code: string) => void): { focus(): void } {
  let hits: SearchHit[] = [];
  let active = -1;
  let pending: AbortController | null = null;

  const list = h("ul", { id: "search-list", class: "search-list", role: "listbox", "data-testid": "search-results", hidden: true });
  const input = h("input", {
    type: "search", role: "combobox", "aria-expanded": "false", "aria-controls": "search-list", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
    enterkeyhint: "search", "data-testid": "search", id: "search-input",
  });
  replace(place, h("div", { class: "search-box" }, icon("search", 18), input), list);

  /** The layer of a hit, or the table: permits and their holders have pages and no place. */
  const shown = (hit: SearchHit) => context.layer(hit.layer) ?? context.meta.tables.find((table) => table.id === hit.layer);
  const isRegion = (hit: SearchHit) => hit.layer === "region" || ["district", "township", "village"].includes(hit.layer);
  const hasPage = (hit: SearchHit): boolean => hit.layer !== "position" && !isRegion(hit);
  const pageOf = (hit: SearchHit): string => objectPage(hit.layer, hit.code, language(), location.search);
  /** As of a link. */
  const asksForTab = ({ button, ctrlKey, metaKey }: MouseEvent): boolean => button === 1 || ctrlKey || metaKey;
  /** A division as the map calls it in the reader's language. */
  const nameOf = (hit: SearchHit): string => (isRegion(hit) ? context.nameOf(hit.code, hit.name) : hit.name) || hit.code;
  /** The divisions above, as the map calls them: codes begin with those of what they lie in (National Bureau of Statistics). */
  function pathOf(hit: SearchHit): string {
    const code = isRegion(hit) || hit.layer === "position" ? hit.code : hit.region ?? "";
    const names = (hit.path ?? "").split(" / ").filter(Boolean);
    return names.map((name, i) => context.nameOf(code.slice(0, DIGITS_OF[context.levels[i]]), name)).join(" / ");
  }
  function kind(hit: SearchHit): string {
    if (isRegion(hit)) return tk("level", hit.level ?? hit.layer);
    if (hit.layer === "position") return t("searchPosition");
    const known = shown(hit);
    return known ? words(known.title) : hit.layer;
  }
  function open(on: boolean): void {
    list.hidden = !on;
    input.setAttribute("aria-expanded", String(on));
    if (!on) point(-1);
  }
  function point(index: number): void {
    active = index;
    [...list.querySelectorAll("[role=option]")].forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === index));
      if (i === index) option.scrollIntoView({ block: "nearest" });
    });
    if (index >= 0) input.setAttribute("aria-activedescendant", `hit-${index}`);
    else input.removeAttribute("aria-activedescendant");
  }
  /** Whether a hit has a line in the chart of months, where there is such a chart. */
  const hasLine = (hit: SearchHit): boolean => form() !== "plain" && isRegion(hit) && isMapLevel(context.levelOf(hit.code));
  /** Puts a region into the chart of lines or takes it away; an option holds no buttons, so that the keyboard has a key for it. */
  function besideMark(hit: SearchHit): HTMLElement | null {
    if (!hasLine(hit)) return null;
    const { beside } = context.state;
    const taken = beside.includes(hit.code);
    const full = !taken && beside.length >= BESIDE_MOST;
    const name = context.nameOf(hit.code, hit.name);
    const title = full ? t("besideFull", { n: BESIDE_MOST }) : `${t(taken ? "besideRemove" : "besideAdd", { name })} (Shift + Enter)`;
    return h("span", {
      class: "hit-beside", "aria-hidden": "true", title, "data-testid": "hit-beside", "data-taken": String(taken), "data-full": full ? "" : undefined,
      onmousedown: (event: Event) => { event.preventDefault(); event.stopPropagation(); putBeside(hit); },
    }, icon(taken ? "minus" : "plus", 15));
  }
  function putBeside(hit: SearchHit): void {
    const { beside } = context.state;
    const name = context.nameOf(hit.code, hit.name);
    const taken = beside.includes(hit.code);
    if (!taken && beside.length >= BESIDE_MOST) return announce(t("besideFull", { n: BESIDE_MOST }));
    // The chart is below the table: who puts something into it sees it.
    context.store.set(taken ? { beside: beside.filter((code) => code !== hit.code) } : { beside: [...beside, hit.code], table: true, drawer: true });
    announce(t(taken ? "besideTaken" : "besidePut", { name, n: context.state.beside.length }));
    list.querySelectorAll("[role=option]").forEach((option, i) => {
      const [old, next] = [option.querySelector(".hit-beside"), hits[i] ? besideMark(hits[i]) : null];
      if (old && next) old.replaceWith(next);
    });
  }
  function draw(text: string, limit: number): void {
    replace(list, hits.length
      ? [...hits.map((hit, i) => {
        const layer = shown(hit);
        return h("li", { id: `hit-${i}`, role: "option", "aria-selected": "false", "aria-keyshortcuts": hasLine(hit) ? "Shift+Enter" : undefined, "data-code": hit.code, "data-layer": hit.layer, onmousedown: (event: MouseEvent) => { event.preventDefault(); if (asksForTab(event) && hasPage(hit)) window.open(pageOf(hit)); else choose(hit); }, onmousemove: () => active !== i && point(i) },
          isRegion(hit) || !layer || (layer.geometry === "polygon" && isFacility(layer)) ? h("span", { class: "badge area region", "aria-hidden": "true" }) : badgeElement(layer),
          h("span", { class: "hit-text" }, h("strong", {}, nameOf(hit)), h("small", {}, [pathOf(hit), hit.code].filter(Boolean).join(" · "))),
          h("span", { class: "hit-kind" }, kind(hit)), besideMark(hit));
      }), hits.length >= limit && limit < MOST && h("li", { id: `hit-${hits.length}`, role: "option", "aria-selected": "false", class: "hit-more", "data-testid": "search-more", onmousedown: (event: Event) => { event.preventDefault(); void ask(MOST); }, onmousemove: () => active !== hits.length && point(hits.length) }, t("searchMore"))]
      : h("li", { class: "hit-none", role: "presentation" }, t("searchNone", { q: text })));
    open(true);
    point(hits.length ? 0 : -1);
    announce(hits.length ? t("searchCount", { n: hits.length }) : t("searchNone", { q: text }));
  }
  async function ask(limit = FIRST): Promise<void> {
    const text = input.value.trim();
    pending?.abort();
    if (!text) return open(false);
    const mine = (pending = new AbortController());
    try {
      const answer = await getJson<{ results: SearchHit[] }>(searchUrl(text, limit), mine.signal);
      const before = limit > FIRST ? hits.length : 0;
      hits = answer.results;
      draw(text, limit);
      if (before && hits.length > before) point(before); // the first of those that came
    } catch (error) {
      if ((error as Error).name === "AbortError") return;
      hits = [];
      replace(list, h("li", { class: "hit-none", role: "presentation" }, t("searchFail")));
      open(true);
    }
  }
  const later = debounce(() => void ask(), WAIT_MS);

  function choose(hit: SearchHit): void {
    open(false);
    input.value = hit.name || hit.code;
    context.emit("pin", null);
    if (hit.layer === "position") {
      const point: [number, number] = [hit.lon!, hit.lat!];
      context.emit("pin", point);
      return context.emit("go", { point, zoom: CLOSE });
    }
    if (isRegion(hit)) return select(hit.code);
    if (form() === "plain" || hit.lon === null || hit.lat === null || hit.lon === undefined || !context.layer(hit.layer)) {
      if (form() !== "plain") return context.store.set({ details: `${hit.layer}/${hit.code}` });
      location.href = pageOf(hit);
      return;
    }
    const { layers } = context.state;
    const under = underneath(context.meta).find((each) => each.layers.some(({ id }) => id === hit.layer));
    if (under) context.store.set({ ground: UNDERNEATH.filter((part) => part === under.part || context.state.ground.includes(part)) });
    else context.store.set({ layers: layers.includes(hit.layer) ? layers : [...layers, hit.layer] });
    const point: [number, number] = [hit.lon, hit.lat!];
    context.emit("go", { point, zoom: Math.max(context.layer(hit.layer)!.detail_zoom + 0.5, 13) });
    context.emit("openObject", { layer: hit.layer, code: hit.code, name: hit.name, point });
  }

  input.addEventListener("input", () => later());
  input.addEventListener("focus", () => { if (input.value.trim() && hits.length) open(true); });
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden && hits.length) open(true);
      const count = list.querySelectorAll("[role=option]").length;
      if (count) point((active + (event.key === "ArrowDown" ? 1 : count - 1) + (active < 0 && event.key === "ArrowUp" ? 1 : 0)) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (event.shiftKey && !list.hidden && hits[active] && hasLine(hits[active])) putBeside(hits[active]);
      else if (!list.hidden && hits[active]) choose(hits[active]);
      else void ask(!list.hidden && active === hits.length && active > 0 ? MOST : FIRST);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      open(false);
    }
  });
  const label = () => {
    // As much of it as the field holds; the whole is read out, and shown to a pointer that rests.
    input.placeholder = t("searchShort");
    input.title = t("search");
    input.setAttribute("aria-label", t("search"));
    list.setAttribute("aria-label", t("search"));
  };
  label();
  context.store.subscribe((_, changed) => { if (changed.has("lang")) label(); });
  return { focus: () => input.focus() };
}

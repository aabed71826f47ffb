// Elements without a framework: h("button", {class: "x", onclick: f}, "text").
type Child = Node | string | number | null | undefined | false | Child[];
type Attrs = Record<string, unknown>;

function fill(element: Element, attrs: Attrs, children: Child[]): void {
  for (const [key, value] of Object.entries(attrs)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value as EventListener);
    else if (key === "dataset") for (const [name, text] of Object.entries(value as object)) (element as HTMLElement).dataset[name] = String(text);
    else if (key === "style") (element as HTMLElement).style.cssText = String(value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  append(element, children);
}
function append(parent: Element, children: Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child);
    else if (child !== null && child !== undefined && child !== false) parent.append(child instanceof Node ? child : String(child));
  }
}
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attrs: Attrs = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, attrs, children);
  return element;
}
/** A heading as deep as its place in the page makes it. */
export const heading = (level: number, attrs: Attrs = {}, ...children: Child[]): HTMLHeadingElement => h(`h${level}` as "h2", attrs, ...children);
export function s(tag: string, attrs: Attrs = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(element, attrs, children);
  return element;
}
export function replace(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}
export const byId = (id: string): HTMLElement => document.getElementById(id)!;

/** Run once things have been quiet for a while. */
export function debounce<A extends unknown[]>(run: (...args: A) => void, wait: number): (...args: A) => void {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => run(...args), wait);
  };
}
/** Tell a screen reader what changed. */
export function announce(text: string): void {
  const place = document.getElementById("announce");
  if (place && place.textContent !== text) place.textContent = text;
}
let slowly = false;
/** Note who draws: of the processor, in place of a graphics card, a few pictures a second are all there is. The browser names it. */
export function noteRenderer(gl: WebGL2RenderingContext | null): void {
  const named = gl?.getExtension("WEBGL_debug_renderer_info");
  slowly = named ? /swiftshader|llvmpipe|softpipe|software|basic render/i.test(String(gl!.getParameter(named.UNMASKED_RENDERER_WEBGL))) : false;
}
export const drawsSlowly = (): boolean => slowly;
/** Whether nothing is to slide: the reader wants it so, or would have to wait for the pictures in between. */
export const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches || slowly;

const PATHS: Record<string, string> = {
  play: "M7 4.5v15l12.5-7.5z",
  pause: "M7 5h3.6v14H7zM13.4 5H17v14h-3.6z",
  close: "M6 6l12 12M18 6L6 18",
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5L20 20",
  share: "M9 12a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM21 5.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM21 18.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM8.6 10.7l6.8-3.8M8.6 13.3l6.8 3.8",
  info: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 11v5.5M12 7.6v.1",
  home: "M4 11.5L12 5l8 6.5M6.5 10v9h11v-9",
  chevron: "M9 6l6 6-6 6",
  warn: "M12 4l9 16H3zM12 10v5M12 17.4v.1",
  link: "M10 14l4-4M8.5 11L6 13.5a3.2 3.2 0 0 0 4.5 4.5L13 15.5M15.5 13l2.5-2.5A3.2 3.2 0 0 0 13.5 6L11 8.5",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  menu: "M4 6.5h16M4 12h16M4 17.5h16",
  second: "M4 5h16v14H4zM12 5v14",
  area: "M4 7.5V4h3.5M16.5 4H20v3.5M20 16.5V20h-3.5M7.5 20H4v-3.5M15 8.5H9.2l3.3 3.5-3.3 3.5H15",
  view: "M4 9V5h4M16 5h4v4M20 15v4h-4M8 19H4v-4",
  regions: "M5 5h6v6H5zM13 5h6v6h-6zM5 13h6v6H5zM16 13v6M13 16h6",
  lasso: "M12 4.5c4.8 0 8 2.2 8 5.2s-3.4 5.3-8 5.3-8-2.3-8-5.3 3.2-5.2 8-5.2zM7.5 14.2c-1.8.8-1.6 3.3.3 3.3 1.7 0 2.2 1.5 1 3",
  circle: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 12h8",
  box: "M4.5 6.5h15v11h-15z",
  take: "M12 3.5v11M7.5 10.5L12 15l4.5-4.5M4.5 16.5v3h15v-3",
};
const SOLID = new Set(["play", "pause"]);
/** A line icon of the interface (24 × 24, takes the text colour). */
export function icon(name: string, size = 18): SVGElement {
  const attrs = SOLID.has(name)
    ? { fill: "currentColor" }
    : { fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return s("svg", { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", class: "icon", ...attrs }, s("path", { d: PATHS[name] }));
}

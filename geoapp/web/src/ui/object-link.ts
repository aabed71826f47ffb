// The way to an object: on the map's page its drawer (details.ts takes the click), else its own page, which leads back to the very view
// it was left from.
import { objectPage } from "../api";
import { h } from "../dom";
import { language } from "../i18n";

/** The query of the map that an object is looked at from: on an object's own page it is handed on in the address. */
export const cameFrom = (): string => (document.body.classList.contains("object-page") ? new URLSearchParams(location.search).get("from") ?? "" : location.search);

export function objectLink(layer: string, code: string, attrs: Record<string, unknown>, ...content: (Node | string)[]): HTMLAnchorElement {
  const address = (): string => objectPage(layer, code, language(), cameFrom());
  const link = h("a", { ...attrs, href: address(), "data-object": `${layer}/${code}` }, ...content);
  // The view may have changed since the link was drawn.
  for (const moment of ["pointerdown", "focus"]) link.addEventListener(moment, () => { link.href = address(); });
  return link;
}
/** Whether a click asks for what it usually does, and not for another tab, another window or a file. */
export const isPlainClick = ({ button, ctrlKey, metaKey, shiftKey, altKey }: MouseEvent): boolean => button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;

// The way from the map to an object's page, which leads back to the very view it was left from.
import { objectPage } from "../api";
import { h } from "../dom";
import { language } from "../i18n";

export function objectLink(layer: string, code: string, attrs: Record<string, unknown>, ...content: (Node | string)[]): HTMLAnchorElement {
  const address = (): string => objectPage(layer, code, language(), location.search);
  const link = h("a", { ...attrs, href: address() }, ...content);
  // The view may have changed since the link was drawn.
  for (const moment of ["pointerdown", "focus"]) link.addEventListener(moment, () => { link.href = address(); });
  return link;
}

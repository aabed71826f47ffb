// The map's menu: where else one can go. The entries are the server's one list (geoapp/menu.py), handed over in the page.
import type { Words } from "../api";
import { h, icon, replace } from "../dom";
import { inLanguage, t, words } from "../i18n";
import type { Store } from "../state";

interface Entry { key: string; address: string; name: Words; hint: Words }
const WIDEST = 340;

function entries(): Entry[] {
  const told = document.getElementById("menu-entries")?.textContent;
  return told ? (JSON.parse(told) as Entry[]) : [];
}

/** Where whoever is not logged in may do so, to come back to where the page is now; null of whoever is. */
export function loginHere(): string | null {
  const login = entries().find(({ key }) => key === "login");
  const here = encodeURIComponent(location.pathname + location.search);
  return login ? inLanguage(`${login.address}?next=${here}`) : null;
}

export function mountMenu(place: HTMLElement, store: Store): void {
  const list = h("nav", { id: "menu", class: "menu", popover: "auto", "data-testid": "menu" });
  const button = h("button", { type: "button", class: "icon-button menu-button", popovertarget: "menu", "data-testid": "menu-button" }, icon("menu", 20));
  // A popover stands in a layer of its own: under the button, as wide as the card, so that nothing is half seen beside it.
  list.addEventListener("beforetoggle", () => {
    const { right, width } = document.getElementById("top")!.getBoundingClientRect();
    const wide = Math.min(width, WIDEST);
    Object.assign(list.style, { width: `${wide}px`, left: `${right - wide}px`, top: `${button.getBoundingClientRect().bottom + 4}px` });
  });
  const draw = (): void => {
    for (const name of ["aria-label", "title"]) button.setAttribute(name, t("menu"));
    list.setAttribute("aria-label", t("menu"));
    replace(list, entries().map(({ key, address, name, hint }) => h("a", { href: inLanguage(address), "data-testid": `menu-${key}`, "aria-current": key === "map" ? "page" : null },
      words(name), h("small", {}, words(hint)))));
  };
  draw();
  replace(place, button, list);
  store.subscribe((_, changed) => { if (changed.has("lang")) draw(); });
}

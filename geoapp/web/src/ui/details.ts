// The drawer of an object on the map's page: every link to an object opens it there, the address holds it, and closing leads back to
// the view that was there before. What fills it (details.ts) comes when the map is at rest, or when it is first asked for.
import type { Context } from "../context";
import type { Details } from "../details";
import { byId, h, icon, replace } from "../dom";
import { form, onForm } from "../form";
import { t } from "../i18n";
import type { MapView } from "../map/view";
import { objectParts } from "../state";
import { drag } from "./drag";
import { errorText } from "./notices";
import { isPlainClick } from "./object-link";

const HEIGHTS = ["closed", "half", "full"] as const;
type Height = (typeof HEIGHTS)[number];
const filling = () => import("../details");

export function mountDetails(place: HTMLElement, context: Context, view: MapView | null): { close(): boolean } {
  const { store } = context;
  if (store.state.embed) return { close: () => false }; // the frame of another page has links to pages of their own
  const head = h("div", { class: "details-title" });
  const body = h("div", { class: "details-body" });
  const shut = h("button", { type: "button", class: "icon-button", "data-testid": "details-close", onclick: () => close() }, icon("close"));
  const handle = h("button", { type: "button", class: "sheet-handle", "data-testid": "details-handle" }, h("i"));
  replace(place, handle, h("div", { class: "details-head" }, head, shut), body);
  let content: Details | null = null;
  let opener: HTMLElement | null = null;
  let height: Height = "half";
  let ticket = 0;

  const fill = async (): Promise<Details> => new (await filling()).Details(context, view && (await view.ready).map);
  function close(): boolean {
    if (!store.state.details) return false;
    store.set({ details: "" });
    return true;
  }
  function rise(next: Height): void {
    place.style.transform = "";
    if (next === "closed") return void close();
    height = next;
    place.dataset.height = next;
    handle.setAttribute("aria-expanded", String(next === "full"));
  }
  function name(): void {
    for (const attribute of ["aria-label", "title"]) shut.setAttribute(attribute, t("close"));
    handle.setAttribute("aria-label", t("sheetToggle"));
  }
  /** What it lies on is not to be stepped through, and a popup that tells less of the same is not to be read. */
  function mark(): void {
    const { details, object } = store.state;
    document.body.classList.toggle("detailing", details !== "");
    document.body.classList.toggle("detailing-same", details !== "" && details === object);
  }

  async function show(seek: boolean): Promise<void> {
    const mine = ++ticket;
    const [layer, code] = objectParts(store.state.details);
    const opens = place.hidden;
    place.hidden = false;
    mark();
    if (opens) rise("half");
    place.setAttribute("aria-label", t("loading"));
    replace(head);
    replace(body, h("div", { class: "skeleton tall" }), h("div", { class: "skeleton" }));
    body.scrollTop = 0;
    try {
      content ??= await fill();
      if (mine === ticket) await content.show({ layer, code }, { place, head, body, lower: () => { if (form() === "sheet") rise("half"); } }, seek);
    } catch (error) {
      if (mine === ticket) replace(body, h("p", { class: "hint" }, errorText(error)), h("button", { type: "button", class: "button small", onclick: () => void show(seek) }, t("retry")));
    }
  }
  function hide(back: boolean): void {
    ticket++;
    const inside = place.contains(document.activeElement) || document.activeElement === document.body;
    const name = place.dataset.object ?? "";
    place.hidden = true;
    mark();
    content?.close(back);
    replace(head);
    replace(body);
    if (inside) comeBack(name);
    opener = null;
  }
  /** To where the drawer was opened from; what was drawn anew meanwhile has a link to the same object. */
  function comeBack(name: string): void {
    const same = [...document.querySelectorAll<HTMLElement>("a[data-object]")].find((link) => link.dataset.object === name && link.checkVisibility({ visibilityProperty: true }));
    const to = opener?.isConnected ? opener : same ?? view?.map.getCanvas() ?? byId("search-input");
    to.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-object]") : null;
    if (!link || event.defaultPrevented || !isPlainClick(event) || form() === "plain") return;
    event.preventDefault();
    if (!place.contains(link)) opener = link;
    store.set({ details: link.dataset.object! });
  });
  store.subscribe((state, changed, cause) => {
    if (changed.has("object")) mark();
    if (changed.has("lang")) name();
    if (changed.has("details") && state.details) {
      if (place.hidden) opener ??= document.activeElement instanceof HTMLElement && document.activeElement !== document.body ? document.activeElement : null;
      place.dataset.object = state.details;
      void show(!(cause === "history" && state.camera));
      place.focus({ preventScroll: true });
    } else if (changed.has("details")) hide(cause === "set" && changed.size === 1); // what else was chosen has the map
    else if (changed.has("lang") && state.details) void show(false);
  });
  drag(place, handle, HEIGHTS, () => height, rise, () => rise(height === "half" ? "full" : "half"));
  onForm(() => { if (!place.hidden) rise("half"); });
  name();
  if (store.state.details) {
    place.dataset.object = store.state.details;
    void show(!store.state.camera);
  }
  // Nothing of it competes with the map.
  view?.map.once("idle", () => (window.requestIdleCallback ?? setTimeout)(() => void Promise.all([filling(), import("../object-use"), import("../object-near")]).catch(() => undefined)));
  return { close };
}

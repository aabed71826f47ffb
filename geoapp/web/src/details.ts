// What the drawer of an object on the map's page holds: the same as the object's own page, marked and brought into view on the map
// that is there. Comes when the first object is opened.
import type { LngLatLike, Map as GlMap } from "maplibre-gl";
import { ApiError, objectPage } from "./api";
import type { Context } from "./context";
import { announce, byId, calm, h, heading, icon, replace } from "./dom";
import { language, t, words } from "./i18n";
import { boundsOf, mark, unmark } from "./map/marked";
import { freePadding, seen } from "./map/room";
import { type Asked, ask, type Marks, objectView, refusal, type View } from "./object-view";
import { loginHere } from "./ui/menu";
import { errorText } from "./ui/notices";
import { cameFrom } from "./ui/object-link";

/** Title and parts of the drawer; `lower` makes room for the map. */
export interface Frame { place: HTMLElement; head: HTMLElement; body: HTMLElement; lower(): void }
interface Stand { center: LngLatLike; zoom: number }
const NEAR_ZOOM = 14;
const TITLE = 2; // among the headings of the map's page

export class Details {
  private view: View | null = null;
  private ticket = 0;
  /** Where the map stood before it was moved to an object, and where it was moved to. */
  private moved: { from: Stand; to: Stand } | null = null;
  constructor(private readonly context: Context, private readonly map: GlMap | null) {}

  /** `seek`: an object out of sight is brought into view. */
  async show(asked: Asked, frame: Frame, seek: boolean): Promise<void> {
    const mine = ++this.ticket;
    this.forget();
    try {
      const found = await ask(asked, this.context.meta);
      if (mine !== this.ticket) return;
      const view = objectView(asked, found, { top: TITLE, map: null, ways: (_, marks) => this.ways(asked, marks, frame) });
      this.view = view;
      replace(frame.head, view.head);
      replace(frame.body, view.body, view.note); // what it is comes first where there is little room
      frame.place.setAttribute("aria-label", view.name);
      announce(`${words(found.layer.title)} ${view.name}`);
      view.begin();
      if (!this.map || !view.marks) return;
      mark(this.map, view.marks);
      if (!seek) return;
      // A region that the map is on its way to comes first: what lies outside it is then brought into view.
      const { region, period } = this.context.state;
      if (region) await this.context.data.region(region, period, this.context.filters).catch(() => null);
      if (mine === this.ticket) this.bring(view.marks, null);
    } catch (error) {
      if (mine === this.ticket) this.refuse(error, asked, frame, seek);
    }
  }
  /** Nothing is shown any more; `back`: the map goes back to where it was, unless somebody has moved it since. */
  close(back: boolean): void {
    this.ticket++;
    this.forget();
    const { map, moved } = this;
    this.moved = null;
    if (!back || !map || !moved) return;
    const [now, left] = [map.getCenter(), moved.to];
    const apart = map.project(now).dist(map.project(left.center));
    if (apart < 3 && Math.abs(map.getZoom() - left.zoom) < 0.01) map.easeTo({ ...moved.from, duration: calm() ? 0 : 500 });
  }
  private forget(): void {
    this.view?.leave();
    this.view = null;
    if (this.map) unmark(this.map);
  }

  /** Into the part of the map that nothing lies upon, no nearer than `zoom`; without one only what is out of sight, as near as the map is. */
  private bring(marks: Marks, zoom: number | null): void {
    const { geometry } = marks;
    const map = this.map!;
    const mine = this.ticket;
    if (map.isMoving()) return void map.once("moveend", () => { if (mine === this.ticket) this.bring(marks, zoom); });
    const box = boundsOf(geometry);
    const [west, south, east, north] = seen(map);
    if (zoom === null && box[0] >= west && box[1] >= south && box[2] <= east && box[3] <= north) return;
    const to = map.cameraForBounds(box, { padding: freePadding(), maxZoom: zoom ?? map.getZoom() });
    if (to?.center === undefined || to.zoom === undefined) return;
    const from = this.moved?.from ?? { center: map.getCenter(), zoom: map.getZoom() };
    this.moved = { from, to: { center: to.center, zoom: to.zoom } };
    map.easeTo({ ...this.moved.to, duration: calm() ? 0 : 500 });
  }

  private ways(asked: Asked, marks: Marks | null, { lower }: Frame): (HTMLElement | null)[] {
    const { context, map } = this;
    const { layer, code } = asked;
    const isRegion = context.layer(layer)?.stage === "region";
    const show = (): void => {
      lower();
      if (isRegion) return context.store.set({ region: code === context.city ? "" : code, details: "" });
      this.bring(marks!, Math.max(map!.getZoom(), NEAR_ZOOM));
    };
    return [
      map && marks ? h("button", { type: "button", class: "button small", "data-testid": "details-show", onclick: show }, t("showOnMap")) : null,
      h("a", { class: "button small", href: objectPage(layer, code, language(), cameFrom()), "data-testid": "own-page" }, t("ownPage")),
    ];
  }

  private refuse(error: unknown, asked: Asked, frame: Frame, seek: boolean): void {
    const refused = error instanceof ApiError && [400, 401, 403, 404].includes(error.status) ? error : null;
    const { title, text } = refused ? refusal(refused, asked, this.context.meta) : { title: t("errorTitle"), text: errorText(error) };
    const login = refused && title === t("objectRefused") ? loginHere() : null;
    const again = (): void => void this.show(asked, frame, seek);
    const seekIt = (): void => {
      this.context.store.set({ details: "" });
      const input = byId("search-input") as HTMLInputElement;
      input.value = asked.code;
      input.dispatchEvent(new Event("input"));
      input.focus();
    };
    replace(frame.head, heading(TITLE, {}, title));
    replace(frame.body, h("div", { class: "notice", role: "alert", "data-testid": "details-refused", "data-status": refused?.status ?? "" },
      icon(refused?.status === 404 ? "search" : "warn", 30), h("p", {}, text),
      h("p", { class: "ways" },
        login ? h("a", { class: "button primary", href: login, "data-testid": "details-login" }, t("logIn")) : null,
        refused ? h("button", { type: "button", class: "button", "data-testid": "details-search", onclick: seekIt }, t("searchFor", { code: asked.code }))
          : h("button", { type: "button", class: "button primary", "data-testid": "details-retry", onclick: again }, t("retry")))));
    frame.place.setAttribute("aria-label", title);
  }
}

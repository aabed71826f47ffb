// A popup on the map: one at a time of each kind, wholly inside the free part of the map, and closed by its reader alone.
import { type Map as GlMap, Popup, type PopupOptions } from "maplibre-gl";
import type { Context } from "../context";
import { calm } from "../dom";
import { clearPadding } from "./room";

const WIDEST = 330;
const HIGHEST = 330;
/** Of its arrow, and the distance from the place. */
const TIP = 26;

export class Bubble {
  static readonly open = new Set<Bubble>();
  private popup: Popup | null = null;
  constructor(private readonly map: GlMap, private readonly context: Context, private readonly options: PopupOptions, private readonly closed: () => void) {
    map.on("resize", () => { if (this.popup) this.fit(); });
  }

  /** Show content at a place, instead of what was shown before: that is no closing. */
  show(content: HTMLElement, at: [number, number]): void {
    const before = this.popup;
    this.popup = null;
    before?.remove();
    this.context.emit("hover", null); // what was told of the place would lie on it
    const popup = new Popup({ focusAfterOpen: false, ...this.options, maxWidth: "none" }).setLngLat(at).setDOMContent(content).addTo(this.map);
    this.popup = popup;
    Bubble.open.add(this);
    tellOpen();
    popup.on("close", () => {
      if (this.popup !== popup) return;
      this.popup = null;
      Bubble.open.delete(this);
      tellOpen();
      this.closed();
    });
    this.fit();
  }
  /** As large as it may be to have room: what is more is scrolled to within it. */
  private bound(): void {
    const { clientWidth, clientHeight } = this.map.getContainer();
    const { top, right, bottom, left } = clearPadding();
    const style = this.map.getContainer().style;
    style.setProperty("--popup-width", `${Math.min(WIDEST, clientWidth - left - right)}px`);
    style.setProperty("--popup-height", `${Math.min(HIGHEST, clientHeight - top - bottom - TIP)}px`);
  }
  /** Its content has another size now. */
  grown(): void {
    this.popup?.setLngLat(this.popup.getLngLat());
    this.fit();
  }
  get at(): [number, number] | null {
    return this.popup && (this.popup.getLngLat().toArray() as [number, number]);
  }
  get isOpen(): boolean {
    return this.popup !== null;
  }
  close(): boolean {
    if (!this.popup) return false;
    this.popup.remove();
    return true;
  }
  /** Move the map as far as the popup lies beyond its free part, once it is laid out and the map is at rest. */
  private fit(): void {
    if (this.map.isMoving()) return void this.map.once("moveend", () => this.fit());
    this.bound();
    requestAnimationFrame(() => {
      const element = this.popup?.getElement();
      if (!element?.checkVisibility({ visibilityProperty: true }) || this.map.isMoving()) return;
      const box = element.getBoundingClientRect();
      const map = this.map.getContainer().getBoundingClientRect();
      const free = clearPadding();
      const x = beyond(box.left, box.right, map.left + free.left, map.right - free.right);
      const y = beyond(box.top, box.bottom, map.top + free.top, map.bottom - free.bottom);
      if (x || y) this.map.panBy([x, y], { duration: calm() ? 0 : 250 });
    });
  }
}

/** What else lies on the map gives way to a popup where there is little room: the styles read it. */
const tellOpen = (): void => void document.body.classList.toggle("bubble-open", Bubble.open.size > 0);

/** How far something reaches beyond two bounds; of what is larger than the room between them its beginning has to be seen. */
function beyond(low: number, high: number, least: number, most: number): number {
  return low < least || high - low > most - least ? low - least : Math.max(0, high - most);
}

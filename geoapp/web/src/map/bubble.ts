// A popup on the map: one at a time of each kind, wholly inside the free part of the map, and closed by its reader alone.
import { type Map as GlMap, Popup, type PopupOptions } from "maplibre-gl";
import type { Context } from "../context";
import { calm } from "../dom";
import { freePadding } from "./create";

export class Bubble {
  private popup: Popup | null = null;
  constructor(private readonly map: GlMap, private readonly context: Context, private readonly options: PopupOptions, private readonly closed: () => void) {}

  /** Show content at a place, instead of what was shown before: that is no closing. */
  show(content: HTMLElement, at: [number, number]): void {
    const before = this.popup;
    this.popup = null;
    before?.remove();
    this.context.emit("hover", null); // what was told of the place would lie on it
    const popup = new Popup({ focusAfterOpen: false, ...this.options }).setLngLat(at).setDOMContent(content).addTo(this.map);
    this.popup = popup;
    popup.on("close", () => {
      if (this.popup !== popup) return;
      this.popup = null;
      this.closed();
    });
    this.fit();
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
    requestAnimationFrame(() => {
      const box = this.popup?.getElement()?.getBoundingClientRect();
      if (!box || this.map.isMoving()) return;
      const map = this.map.getContainer().getBoundingClientRect();
      const free = freePadding();
      const x = beyond(box.left, box.right, map.left + free.left, map.right - free.right);
      const y = beyond(box.top, box.bottom, map.top + free.top, map.bottom - free.bottom);
      if (x || y) this.map.panBy([x, y], { duration: calm() ? 0 : 250 });
    });
  }
}

/** How far something reaches beyond two bounds; of what is larger than the room between them its beginning has to be seen. */
function beyond(low: number, high: number, least: number, most: number): number {
  return low < least || high - low > most - least ? low - least : Math.max(0, high - most);
}

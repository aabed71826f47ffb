// What of the window the panels leave to the map: by where they are going, not where their movement has got to.
import type { Map as GlMap } from "maplibre-gl";
import type { Bounds } from "../api";
import { form, isLow } from "../form";

export interface Sides { top: number; right: number; bottom: number; left: number }
const EDGE = 18;
const LEGEND_LINE = 64;

const box = (id: string): DOMRect | null => {
  const found = document.getElementById(id)?.getBoundingClientRect();
  return found && found.width > 0 && found.height > 0 ? found : null;
};
/** How high the sheet stands, of the three heights it has. */
function sheetHeight(): number {
  const low = (box("timebar")?.height ?? 0) + (box("tabs")?.height ?? 0) + HANDLE;
  const at = document.getElementById("sheet")?.dataset.height;
  return at === "low" ? low : Math.max(innerHeight * HALF, low + PAGE);
}
// As the styles of the sheet have them.
export const HANDLE = 22;
const HALF = 0.52;
const PAGE = 240;

/** Of two linked maps each has its part of the window for itself, under a line that says what it shows. */
const HEAD = 56;
const headHeight = (): number => Math.max(HEAD, (Number.parseFloat(document.body.style.getPropertyValue("--head-height")) || 0) + 12);
export const isSplit = (): boolean => document.body.classList.contains("split");

/** What the panels cover, so that a region is shown in the free part of the window. */
export function freePadding(): Sides {
  if (isSplit()) return { top: headHeight(), right: EDGE, left: EDGE, bottom: LEGEND_LINE * 0.6 };
  if ("embed" in document.documentElement.dataset) return { top: 12, right: EDGE, left: EDGE, bottom: LEGEND_LINE };
  const top = Math.max(box("bar")?.bottom ?? 0, form() === "cards" ? 0 : box("top")?.bottom ?? 0) + 10;
  const told = box("details");
  // The sheet of an object hides the bar; as high as the window it leaves nothing, and the map is for when it is lower again.
  if (form() === "sheet" && told) return { top: (box("top")?.bottom ?? 0) + 10, right: EDGE, left: EDGE, bottom: innerHeight * HALF + 14 };
  if (form() === "sheet") return { top, right: EDGE, left: EDGE, bottom: sheetHeight() + 14 };
  const open = told !== null || !document.body.classList.contains("drawer-closed");
  const beside = (id: string): number => (box(id)?.width ?? -8) + 32;
  const bar = box("timebar");
  return {
    top,
    left: form() === "cards" || open ? beside(told && form() !== "cards" ? "details" : "left") : EDGE + 6,
    right: form() === "cards" && open ? beside(told ? "details" : "drawer") : EDGE + 6,
    bottom: bar ? innerHeight - bar.top + 20 : 60,
  };
}
export type Pixel = [x: number, y: number];
/** Of the part of the window that nothing lies upon: what is in the middle there. */
export function middleOf(map: GlMap): Pixel {
  const { top, right, bottom, left } = freePadding();
  const { clientWidth, clientHeight } = map.getContainer();
  return [(left + clientWidth - right) / 2, (top + Math.max(top + 20, clientHeight - bottom)) / 2];
}
/** What of the ground is seen between the panels: west, south, east, north. */
export function seen(map: GlMap): Bounds {
  const { top, right, bottom, left } = freePadding();
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const west = map.unproject([left, Math.max(top, height - bottom)]);
  const east = map.unproject([Math.max(left + 1, width - right), top]);
  return [west.lng, west.lat, east.lng, east.lat];
}
/** As `freePadding`, for what has to be read whole and pressed: beside the buttons of the zoom too. */
export function clearPadding(): Sides {
  const free = freePadding();
  if (isLow() && !isSplit()) return { ...free, top: EDGE / 2 }; // its bar and buttons give way meanwhile
  const zoom = box("zoom");
  return zoom && !isSplit() ? { ...free, right: Math.max(free.right, innerWidth - zoom.left + 8) } : free;
}

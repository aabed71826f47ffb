// The map by keyboard alone: while it has the focus a cross stands in the middle of what the panels leave free, and Enter is a click
// there. Arrow keys move the map under it, with Shift in small steps; plus and minus zoom where it stands.
import type { Map as GlMap } from "maplibre-gl";
import type { Context } from "../context";
import { announce, calm } from "../dom";
import { t } from "../i18n";
import type { Pointer } from "./pointer";
import { middleOf, type Pixel } from "./room";

const STEP = 10; // pixels of an arrow key with Shift; without it MapLibre moves by a hundred
const REACH = 12; // pixels around the cross, as around a finger
const STEPS: Record<string, Pixel> = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const ZOOMS: Record<string, number> = { "+": 1, "=": 1, "-": -1, _: -1 };

/** A cross on a map; whoever sets it says where. */
export function crossOn(map: GlMap): HTMLElement {
  const cross = document.createElement("div");
  cross.className = "aim";
  cross.hidden = true;
  map.getContainer().append(cross);
  return cross;
}
export function putAt(cross: HTMLElement, [x, y]: Pixel): void {
  cross.style.transform = `translate(${x}px, ${y}px)`;
}

export function aimOn(map: GlMap, context: Context, pointer: Pointer): void {
  const canvas = map.getCanvas();
  const cross = crossOn(map);
  cross.dataset.testid = "aim";
  const follow = (): void => { if (!cross.hidden) putAt(cross, middleOf(map)); };
  const show = (on: boolean): void => {
    cross.hidden = !on || context.drawing; // who draws has a cross of their own
    follow();
  };
  canvas.addEventListener("focus", () => show(canvas.matches(":focus-visible")));
  canvas.addEventListener("blur", () => show(false));
  map.getContainer().addEventListener("pointerdown", () => show(false));
  map.on("move", follow);
  map.on("resize", follow);
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.target !== canvas || context.drawing || event.ctrlKey || event.altKey || event.metaKey) return;
    const step = event.shiftKey ? STEPS[event.key] : undefined;
    const zoom = ZOOMS[event.key];
    if (!step && !zoom && event.key !== "Enter") return void (event.key.startsWith("Arrow") && show(true));
    event.preventDefault();
    event.stopPropagation();
    show(true);
    const middle = middleOf(map);
    if (step) map.panBy(step, { duration: 0 });
    else if (zoom) map.easeTo({ zoom: Math.round(map.getZoom()) + zoom, around: map.unproject(middle), duration: calm() ? 0 : 300 });
    else announce(pointer.press(middle, map.unproject(middle).toArray(), REACH) || t("aimNothing"));
  }, true);
}

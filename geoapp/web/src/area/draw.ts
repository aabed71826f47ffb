// Drawing on the map: a stroke of mouse, pen or finger, corners clicked one by one, or with the keyboard in the middle of the map.
import type { Map as GlMap } from "maplibre-gl";
import { crossOn, putAt } from "../map/aim";
import { middleOf, type Pixel } from "../map/room";
import { areaOf, boxText, circleText, type Corner, fewer, ringAround, shapeText, simple } from "./shape";

export type Tool = "lasso" | "circle" | "box";
export interface Draft { line: Corner[]; corners: Corner[]; closed: boolean; metres: number | null }
export interface Drawing {
  cancel(): void;
  /** Close a shape of corners; says whether there are enough of them. */
  finish(): boolean;
}
interface Hears {
  draft(draft: Draft): void;
  /** The area that was drawn; null when it was given up. */
  done(area: string | null): void;
}

const MOVED = 5; // pixels from where a press began; less is a click
const CLOSE = 14; // pixels to the first corner, to close a shape by it
const STEP = 3; // pixels between two points of a stroke

export function draw(map: GlMap, tool: Tool, hears: Hears): Drawing {
  const place = map.getCanvasContainer();
  const aim = crossOn(map); // where a keyboard sets its corners
  const handlers = [map.dragPan, map.boxZoom, map.doubleClickZoom];
  const touch = place.style.touchAction;
  for (const each of handlers) each.disable();
  place.style.touchAction = "none"; // a finger draws, and does not scroll
  map.getContainer().classList.add("area-drawing");

  let corners: Corner[] = []; // set one by one
  let stroke: Pixel[] = [];
  let pressed: number | null = null;
  let over = false;

  const at = (event: PointerEvent): Pixel => {
    const { left, top } = map.getContainer().getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const ground = ([x, y]: Pixel): Corner => { const { lng, lat } = map.unproject([x, y]); return [lng, lat]; };
  const pixel = (corner: Corner): Pixel => { const { x, y } = map.project(corner); return [x, y]; };
  const metres = (a: Corner, b: Corner): number => map.unproject(pixel(a)).distanceTo(map.unproject(pixel(b)));
  const apart = (a: Pixel, b: Pixel): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

  function tell(next?: Corner): void {
    const [first] = corners;
    const last = next ?? corners.at(-1);
    const draft: Draft = { line: [], corners, closed: tool !== "lasso", metres: null };
    if (stroke.length > 1 && tool === "lasso") draft.line = stroke.map(ground);
    else if (tool === "lasso") draft.line = next ? [...corners, next] : [...corners];
    else if (first && last && tool === "box") draft.line = [first, [last[0], first[1]], last, [first[0], last[1]], first];
    else if (first && last) {
      draft.metres = metres(first, last);
      draft.line = draft.metres ? ringAround(first, draft.metres) : [];
    }
    hears.draft(draft);
  }
  function end(area: string | null): void {
    if (over) return;
    over = true;
    for (const each of handlers) each.enable();
    place.style.touchAction = touch;
    map.getContainer().classList.remove("area-drawing");
    for (const [name, hear] of heard) place.removeEventListener(name, hear as EventListener, true);
    map.getContainer().removeEventListener("keydown", key, true);
    map.off("move", follow);
    aim.remove();
    hears.done(area);
  }
  /** A ring of pixels as a shape; what encloses nothing is nothing yet. */
  function close(ring: Pixel[]): boolean {
    const whole = simple(fewer(ring));
    if (whole.length < 3 || Math.abs(areaOf(whole)) < 2 * MOVED * MOVED) return false;
    end(shapeText(whole.map(ground)));
    return true;
  }
  function two(a: Corner, b: Corner): boolean {
    if (apart(pixel(a), pixel(b)) < MOVED) return false;
    if (tool === "circle") end(circleText(a, metres(a, b)));
    else if (a[0] === b[0] || a[1] === b[1]) return false;
    else end(boxText([Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])]));
    return true;
  }
  /** A click, or Enter: one more corner, or the last. */
  function set(here: Pixel): void {
    const corner = ground(here);
    if (tool !== "lasso") {
      if (corners.length && two(corners[0], corner)) return;
      corners = corners.length ? corners : [corner];
    } else if (corners.length >= 3 && apart(pixel(corners[0]), here) < CLOSE) return void close(corners.map(pixel));
    else if (!corners.length || apart(pixel(corners.at(-1)!), here) >= MOVED) corners = [...corners, corner];
    else if (corners.length >= 3) return void close(corners.map(pixel)); // the same place twice
    tell();
  }

  const down = (event: PointerEvent): void => {
    if (pressed !== null) { // a second finger: the map is moved, nothing is drawn
      pressed = null;
      stroke = [];
      return tell();
    }
    if (event.button !== 0) return;
    aim.hidden = true;
    pressed = event.pointerId;
    stroke = [at(event)];
  };
  const move = (event: PointerEvent): void => {
    const here = at(event);
    if (pressed !== event.pointerId) {
      if (pressed === null && corners.length && event.pointerType !== "touch") tell(ground(here));
      return;
    }
    if (tool === "lasso") {
      if (apart(stroke.at(-1)!, here) >= STEP) stroke.push(here);
      if (stroke.length > 2) tell();
    } else {
      if (!corners.length && apart(stroke[0], here) >= MOVED) corners = [ground(stroke[0])];
      if (corners.length) tell(ground(here));
    }
  };
  const up = (event: PointerEvent): void => {
    if (pressed !== event.pointerId) return;
    const here = at(event), line = stroke;
    pressed = null;
    stroke = [];
    if (apart(line[0], here) < MOVED && line.length < 6) return set(here);
    if (tool === "lasso" && close(line)) return;
    if (tool !== "lasso" && corners.length && two(corners[0], ground(here))) return;
    tell();
  };
  const lost = (): void => { pressed = null; stroke = []; tell(); };
  const heard: [string, (event: PointerEvent) => void][] = [["pointerdown", down], ["pointermove", move], ["pointerup", up], ["pointercancel", lost]];
  for (const [name, hear] of heard) place.addEventListener(name, hear as EventListener, true);

  function follow(): void {
    if (aim.hidden) return;
    const middle = middleOf(map);
    putAt(aim, middle);
    if (corners.length) tell(ground(middle));
  }
  function key(event: KeyboardEvent): void {
    if (event.key.startsWith("Arrow")) {
      aim.hidden = false;
      requestAnimationFrame(follow);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      aim.hidden = false;
      follow();
      set(middleOf(map));
    } else if (event.key === "Backspace") {
      event.preventDefault();
      corners = corners.slice(0, -1);
      tell();
    }
  }
  map.getContainer().addEventListener("keydown", key, true);
  map.on("move", follow);
  return { cancel: () => end(null), finish: () => tool === "lasso" && corners.length >= 3 && close(corners.map(pixel)) };
}

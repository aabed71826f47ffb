// A map that the processor draws in place of a graphics card: each picture takes tenths of a second, for which everything else waits.
import type { Map as GlMap } from "maplibre-gl";

/** Between two pictures of a map whose tiles are on their way. */
const PAUSE_MS = 700;

/** Nothing is shown of a map until there is something on it, and of what is on its way only now and then a picture. */
export function drawSparingly(map: GlMap): void {
  map.getCanvas().style.visibility = "hidden";
  map.once("idle", () => unveil(map));
  const draw = map.triggerRepaint.bind(map);
  let drawn = 0, waiting = 0;
  const drawNow = (): void => {
    clearTimeout(waiting);
    waiting = 0;
    draw();
  };
  map.triggerRepaint = () => {
    // A veiled map costs nothing to show, and one that is whole is what was waited for.
    const pause = !map.style || isVeiled(map) || map.isMoving() || map.areTilesLoaded() ? 0 : drawn + PAUSE_MS - performance.now();
    if (pause <= 0) drawNow();
    else waiting ||= window.setTimeout(drawNow, pause);
  };
  map.on("render", () => { drawn = performance.now(); });
  map.on("move", drawNow); // which tiles are wanted is found in drawing
}
const isVeiled = (map: GlMap): boolean => map.getCanvas().style.visibility === "hidden";
export function unveil(map: GlMap): void {
  map.getCanvas().style.visibility = "";
}

// A map that the processor draws in place of a graphics card: each picture takes tenths of a second, for which everything else waits.
import type { Map as GlMap } from "maplibre-gl";

/** Between two pictures of a map whose tiles are on their way. */
const PAUSE_MS = 700;
/** Between two looks whether a picture that waits can be drawn. */
const LOOK_MS = 30;

/**
 * Nothing is drawn of a map until there is something on it, of what is on its way only now and then a picture, and none before the
 * last one is done: what is handed over earlier waits behind it, so that the map falls seconds behind what it shows, and whoever
 * leaves the page waits for all of it. The map goes on asking for tiles, placing names and moving meanwhile.
 */
export function drawSparingly(map: GlMap): void {
  map.getCanvas().style.visibility = "hidden";
  map.once("idle", () => unveil(map));
  const { painter } = map;
  const render = painter.render.bind(painter);
  const gl = map.getCanvas().getContext("webgl2")!;
  let last: WebGLSync | null = null, drawn = 0;
  const isDone = (): boolean => !last || gl.isContextLost() || gl.getSyncParameter(last, gl.SYNC_STATUS) === gl.SIGNALED;
  painter.render = (...of) => {
    const loading = !map.areTilesLoaded();
    if (loading && isVeiled(map)) return;
    const later = !isDone() || (loading && !map.isMoving() && performance.now() - drawn < PAUSE_MS);
    putOff(later);
    if (later) return;
    render(...of);
    gl.deleteSync(last);
    last = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    drawn = performance.now();
  };
  const frame = map.triggerRepaint.bind(map);
  let waiting = 0, isOwn = false;
  /** Not idle until it is drawn: the frame that has put it off asks for another at its end, which has time. What else asks has none. */
  function putOff(later: boolean): void {
    isOwn = true;
    map.repaint = later; // asks too
    isOwn = later;
    if (later) queueMicrotask(() => { isOwn = false; }); // once the frame has ended
  }
  map.triggerRepaint = () => {
    if (!isOwn) return frame();
    if (map.repaint) waiting ||= window.setTimeout(() => {
      waiting = 0;
      frame();
    }, LOOK_MS);
  };
}
const isVeiled = (map: GlMap): boolean => map.getCanvas().style.visibility === "hidden";
export function unveil(map: GlMap): void {
  map.getCanvas().style.visibility = "";
}

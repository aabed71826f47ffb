// One camera for two maps: whichever is moved, the other stands at the same place in the same frame.
import type { Map as GlMap } from "maplibre-gl";

export function linkCameras(one: GlMap, other: GlMap): void {
  let leading: GlMap | null = null;
  const lead = (from: GlMap, to: GlMap): void => {
    let moved = false;
    from.on("move", () => {
      if (leading) return; // it follows just now: what it tells of that is no move of its own
      leading = from;
      to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() });
      leading = null;
      moved = true;
    });
    // The other would be drawn in the next frame only.
    from.on("render", () => {
      if (!moved) return;
      moved = false;
      to.redraw();
    });
  };
  lead(one, other);
  lead(other, one);
}

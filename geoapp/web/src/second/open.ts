// The second of two linked maps: the same parts as the first, of a context of its own. What is pointed at, selected or opened on one is so
// on both; popups are the first one's alone, as the address keeps them once.
import type { Map as GlMap } from "maplibre-gl";
import type { Context } from "../context";
import { byId, h } from "../dom";
import { t } from "../i18n";
import { createMap, foldSources, nameControls } from "../map/create";
import { Drawing } from "../map/drawing";
import { LostTiles } from "../map/lost-tiles";
import type { MapView } from "../map/view";
import { linkCameras } from "./camera";
import { SecondContext } from "./context";
import { mountHeads } from "./heads";

/** None where the browser has no room for a second canvas: then its place goes again. */
function mapIn(place: HTMLElement, first: Context): GlMap {
  try {
    return createMap(place, first.meta.bounds, { label: t("secondLabel") });
  } catch (error) {
    place.remove();
    throw error;
  }
}

/** Show it beside the first until the answer is called. */
export function openSecond(view: MapView, first: Context, close: () => void): () => void {
  const place = h("section", { id: "second", "data-testid": "second", "aria-label": t("secondSecond") });
  byId("map").after(place);
  const map = mapIn(place, first);
  map.jumpTo({ center: view.map.getCenter(), zoom: view.map.getZoom() });
  linkCameras(view.map, map);
  const context = new SecondContext(first, place.dataset);
  new LostTiles(map, context);
  const off: (() => void)[] = [];
  let drawing: Drawing | null = null;

  first.second = {
    map, context, together: context.together,
    cellAt: (at) => drawing?.cells.under(map.project(at))?.value ?? null,
  };
  off.push(mountHeads(first, context, [byId("map"), place], close));
  /** What is painted by the first one's scale follows it. */
  function follow(): void {
    const linked = first.second!;
    const was = linked.together;
    linked.together = context.together;
    if (!drawing) return;
    const text = (scale: { breaks: number[]; colors: string[] } | null | undefined) => scale && [scale.breaks, scale.colors].join();
    const [regions, cells] = [context.given("regions"), context.given("cells")];
    if (was !== linked.together || (regions && text(regions) !== text(context.shown?.picture.scale))) drawing.refresh();
    if (context.cells && (was !== linked.together || (cells && text(cells) !== text(context.cells.scale)))) void drawing.cells.refresh();
    if (was !== linked.together) first.emit("second", null);
  }
  for (const each of [view.map, map]) foldSources(each);
  map.on("load", () => {
    const mine = (drawing = new Drawing(map, context));
    view.pointerOn(mine, context);
    map.on("zoom", () => mine.cells.check());
    map.on("idle", () => (context.marks.idle = String(Number(context.marks.idle ?? 0) + 1)));
    mine.setLevel(first.level);
    void mine.cells.refresh();
    off.push(
      first.on("level", (level) => mine.setLevel(level)),
      first.on("shown", follow), first.on("cells", follow),
      first.on("light", (index) => context.emit("light", first.second?.together ? index : null)),
      first.on("place", (code) => context.emit("place", code)),
      first.on("hover", (told) => mine.point(told)),
    );
  });
  for (const name of ["shown", "cells"] as const) context.on(name, () => { follow(); first.emit("second", null); });
  context.on("hover", (told) => {
    view.drawing.point(told);
    first.emit("hover", told);
  });
  context.on("busy", (on) => first.emit("busy", on));
  context.on("tiles", (told) => first.emit("tiles", told));
  context.on("failed", (told) => first.emit("failed", { ...told, what: "second" }));
  off.push(first.store.subscribe((_, changed) => {
    if (!changed.has("lang")) return;
    nameControls(map);
    place.setAttribute("aria-label", t("secondSecond"));
    map.getCanvas().setAttribute("aria-label", t("secondLabel"));
  }));
  first.emit("second", null);

  return () => {
    for (const each of off) each();
    context.close();
    first.second = null;
    map.remove();
    place.remove();
    first.emit("hover", null);
    first.emit("second", null);
  };
}

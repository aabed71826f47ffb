// What the pointer does on the map: hover tells, a click opens an object, a cluster, or selects a region.
import type { MapMouseEvent } from "maplibre-gl";
import type { Context, Hover, MapLevel } from "../context";
import { calm } from "../dom";
import { canHover, isTouch } from "../form";
import { t, words } from "../i18n";
import type { CellPopup } from "./cell-popup";
import type { Drawing } from "./drawing";
import { MARKED } from "./marked";
import { type ObjectPopup, objectsOf } from "./popup";

export class Pointer {
  constructor(
    private readonly drawing: Drawing, private readonly context: Context, private readonly popup: ObjectPopup,
    private readonly cellPopup: CellPopup, private readonly select: (code: string) => void,
  ) {
    const { map } = drawing;
    map.on("mousemove", (event) => this.move(event));
    map.on("mouseout", () => this.leave());
    map.on("movestart", () => this.leave());
    map.on("click", (event) => this.click(event));
  }

  private regionUnder(event: MapMouseEvent): { code: string; name: string; level: MapLevel } | null {
    const { level } = this.context;
    const layer = `fill-${level}`;
    if (!this.drawing.map.getLayer(layer)) return null;
    const [feature] = this.drawing.map.queryRenderedFeatures(event.point, { layers: [layer] });
    return feature ? { code: String(feature.properties.code), name: this.context.nameOf(String(feature.properties.code), String(feature.properties.name)), level } : null;
  }
  private objectsUnder(event: MapMouseEvent, reach = 3) {
    const layers = this.drawing.facilities.clickable();
    if (!layers.length) return [];
    const { x, y } = event.point;
    return this.drawing.map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers });
  }
  /** One of several that are marked for the drawer. */
  private markedUnder(event: MapMouseEvent): string | null {
    const { map } = this.drawing;
    if (!this.context.state.details || !map.getLayer(MARKED)) return null;
    const [hit] = map.queryRenderedFeatures(event.point, { layers: [MARKED] });
    const name = hit && `${String(hit.properties.layer)}/${String(hit.properties.code)}`;
    return name && name !== this.context.state.details ? name : null;
  }
  private move(event: MapMouseEvent): void {
    if (!canHover() || this.drawing.map.isMoving() || this.context.drawing) return;
    const points = this.objectsUnder(event, 1).filter((feature) => feature.layer.type !== "fill");
    const cell = this.drawing.cells.under(event.point);
    this.drawing.cells.hover(cell ? Number(cell.feature.id) : null);
    const region = cell ? null : this.regionUnder(event);
    this.drawing.map.getCanvas().style.cursor = points.length || region || cell || this.markedUnder(event) ? "pointer" : "";
    this.drawing.regions.hover(region?.level ?? null, region?.code ?? null);
    if (this.popup.isOpen || this.cellPopup.isOpen) return this.context.emit("hover", null); // an open popup has the word
    const { clientX: x, clientY: y } = event.originalEvent;
    const told = { object: this.objectName(points[0]?.properties, points[0]?.layer.id), x, y, at: event.lngLat.toArray() } satisfies Partial<Hover>;
    if (cell) {
      const { code, township_name: name } = cell.feature.properties;
      return this.context.emit("hover", { ...told, code: String(code), name: String(name), cell: cell.value, id: Number(cell.feature.id) });
    }
    this.context.emit("hover", region && { ...told, code: region.code, name: region.name });
  }
  private objectName(properties?: Record<string, unknown>, styleLayer = ""): string {
    const layer = this.drawing.facilities.layerOf(styleLayer);
    if (!properties || !layer) return "";
    const count = Number(properties.count ?? 1);
    return count > 1 ? `${words(layer.title)} ${t("clusterHint", { n: count })}` : `${words(layer.title)} · ${String(properties.name || properties.code || "")}`;
  }
  leave(): void {
    this.drawing.regions.hover(null, null);
    this.drawing.cells.hover(null);
    this.context.emit("hover", null);
  }
  private click(event: MapMouseEvent): void {
    if (this.context.drawing) return;
    if (this.context.gather) {
      const under = this.regionUnder(event);
      return under ? this.context.gather(under.code) : undefined;
    }
    const marked = this.markedUnder(event);
    if (marked) return this.context.store.set({ details: marked });
    const features = this.objectsUnder(event, isTouch() ? 12 : 4);
    const cluster = features.find((feature) => Number(feature.properties.count) > 1);
    const found = objectsOf(features.filter((feature) => feature.layer.type !== "fill"), (id) => this.drawing.facilities.layerOf(id));
    if (cluster && !found.length) {
      const at = cluster.geometry.type === "Point" ? (cluster.geometry.coordinates as [number, number]) : ([event.lngLat.lng, event.lngLat.lat] as [number, number]);
      this.drawing.map.easeTo({ center: at, zoom: Math.min(this.drawing.map.getZoom() + 2, 17), duration: calm() ? 0 : 500 });
      return;
    }
    const areas = objectsOf(features.filter((feature) => feature.layer.type === "fill"), (id) => this.drawing.facilities.layerOf(id));
    const region = this.regionUnder(event);
    const at: [number, number] = [event.lngLat.lng, event.lngLat.lat];
    if (found.length) return this.popup.choose(at, found);
    // An area covers the region beneath: its popup leads there too.
    if (areas.length) return this.popup.choose(at, areas, region ? { name: region.name, go: () => this.select(region.code) } : undefined);
    if (this.popup.close()) return;
    const cell = this.drawing.cells.under(event.point);
    if (cell) return void this.cellPopup.open(String(cell.feature.properties.code), at);
    if (region) this.select(region.code);
  }
}

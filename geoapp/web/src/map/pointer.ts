// What the pointer does on the map: hover tells, a click (or a key, see aim.ts) opens an object, a cluster, or selects a region.
import type { MapMouseEvent } from "maplibre-gl";
import type { LayerInfo } from "../api";
import type { Context, Hover, MapLevel } from "../context";
import { calm } from "../dom";
import { canHover, isTouch } from "../form";
import { volumeText } from "../format";
import { language, listed, t, words } from "../i18n";
import type { CellPopup } from "./cell-popup";
import type { Drawing } from "./drawing";
import { MARKED } from "./marked";
import { type ObjectPopup, objectsOf } from "./popup";
import type { Pixel } from "./room";

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

  private regionUnder(point: Pixel): { code: string; name: string; level: MapLevel } | null {
    const { level } = this.context;
    const layer = `fill-${level}`;
    if (!this.drawing.map.getLayer(layer)) return null;
    const [feature] = this.drawing.map.queryRenderedFeatures(point, { layers: [layer] });
    return feature ? { code: String(feature.properties.code), name: this.context.nameOf(String(feature.properties.code), String(feature.properties.name)), level } : null;
  }
  private objectsUnder([x, y]: Pixel, reach: number) {
    const layers = this.drawing.facilities.clickable();
    if (!layers.length) return [];
    return this.drawing.map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers });
  }
  /** One of several that are marked for the drawer. */
  private markedUnder(point: Pixel): string | null {
    const { map } = this.drawing;
    if (!this.context.state.details || !map.getLayer(MARKED)) return null;
    const [hit] = map.queryRenderedFeatures(point, { layers: [MARKED] });
    const name = hit && `${String(hit.properties.layer)}/${String(hit.properties.code)}`;
    return name && name !== this.context.state.details ? name : null;
  }
  private move(event: MapMouseEvent): void {
    if (!canHover() || this.drawing.map.isMoving() || this.context.drawing) return;
    const point = pixelOf(event);
    const points = this.objectsUnder(point, 1).filter((feature) => feature.layer.type !== "fill");
    const cell = this.drawing.cells.under(event.point);
    this.drawing.cells.hover(cell ? Number(cell.feature.id) : null);
    const region = cell ? null : this.regionUnder(point);
    this.drawing.map.getCanvas().style.cursor = points.length || region || cell || this.markedUnder(point) ? "pointer" : "";
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
    return count > 1 ? `${words(layer.title)} ${t("clusterHint", { n: count })}` : named(layer, properties);
  }
  leave(): void {
    this.drawing.regions.hover(null, null);
    this.drawing.cells.hover(null);
    this.context.emit("hover", null);
  }
  private click(event: MapMouseEvent): void {
    if (!this.context.drawing) this.press(pixelOf(event), event.lngLat.toArray(), isTouch() ? 12 : 4);
  }
  /** Open what is there, of a click or a key; says what that is, or nothing. */
  press(point: Pixel, at: [number, number], reach: number): string {
    const { context, drawing } = this;
    const region = this.regionUnder(point);
    if (context.gather) {
      if (region) context.gather(region.code);
      return region?.name ?? "";
    }
    const marked = this.markedUnder(point);
    if (marked) {
      context.store.set({ details: marked });
      return marked.split("/")[1];
    }
    const features = this.objectsUnder(point, reach);
    const cluster = features.find((feature) => Number(feature.properties.count) > 1);
    const layerOf = (id: string) => drawing.facilities.layerOf(id);
    const found = objectsOf(features.filter((feature) => feature.layer.type !== "fill"), layerOf);
    if (cluster && !found.length) {
      const center = cluster.geometry.type === "Point" ? (cluster.geometry.coordinates as [number, number]) : at;
      drawing.map.easeTo({ center, zoom: Math.min(drawing.map.getZoom() + 2, 17), duration: calm() ? 0 : 500 });
      return this.objectName(cluster.properties, cluster.layer.id);
    }
    const areas = objectsOf(features.filter((feature) => feature.layer.type === "fill"), layerOf);
    const objects = found.length ? found : areas;
    if (objects.length) {
      // An area covers the region beneath: its popup leads there too.
      const beneath = objects === areas && region ? { name: region.name, go: () => this.select(region.code) } : undefined;
      this.popup.choose(at, objects, beneath);
      return listed(objects.slice(0, TOLD).map(({ layer, properties }) => named(layer, properties)));
    }
    if (this.popup.close()) return t("close");
    const cell = drawing.cells.under({ x: point[0], y: point[1] });
    if (cell) {
      const { code, township_name: name } = cell.feature.properties;
      void this.cellPopup.open(String(code), at);
      return `${words(cell.layer.title)} · ${String(name)}${t("colon")}${volumeText(cell.value.volume_l, language())}`;
    }
    if (region) this.select(region.code);
    return region?.name ?? "";
  }
}

const TOLD = 3; // of several objects in one place
const pixelOf = ({ point: { x, y } }: MapMouseEvent): Pixel => [x, y];
const named = (layer: LayerInfo, properties: Record<string, unknown>): string => `${words(layer.title)} · ${String(properties.name || properties.code || "")}`;

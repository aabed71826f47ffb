// The map as a part of the page: its camera, its level, what is selected and opened on it. What it draws is `drawing`.
import { type Map as GlMap, Marker } from "maplibre-gl";
import { type Bounds, getJson, type Mover, type ObjectFeature, objectUrl } from "../api";
import type { Context, MapLevel } from "../context";
import { calm, debounce } from "../dom";
import { isLow } from "../form";
import { t } from "../i18n";
import { objectParts, type State } from "../state";
import { aimOn } from "./aim";
import { CellPopup } from "./cell-popup";
import { createMap } from "./create";
import { Drawing, isPainted } from "./drawing";
import type { Face } from "./face";
import { levelAt } from "./level";
import { LostTiles } from "./lost-tiles";
import { Pointer } from "./pointer";
import { ObjectPopup } from "./popup";
import { freePadding, isSplit, middleOf } from "./room";

export class MapView implements Face {
  readonly map: GlMap;
  drawing!: Drawing;
  private popup!: ObjectPopup;
  private cellPopup!: CellPopup;
  private pointer?: Pointer;
  private fitZoom: number | null = null;
  private begun!: (view: MapView) => void;
  /** Once it draws. */
  readonly ready = new Promise<MapView>((done) => { this.begun = done; });
  private readonly pin = new Marker({ color: "#0b5c73" });

  constructor(container: HTMLElement, private readonly context: Context) {
    this.map = createMap(container, context.meta.bounds, { label: t("mapLabel") });
    this.map.once("style.load", () => this.start());
    new LostTiles(this.map, context);
    context.on("go", (target) => this.go(target));
    context.on("pin", (point) => {
      this.pin.remove();
      if (point) this.pin.setLngLat(point).addTo(this.map);
    });
    context.on("openObject", ({ layer, code, name, point }) => {
      const info = context.layer(layer);
      if (info) this.popup.choose(point, [{ layer: info, properties: { code, name } }]);
    });
  }

  private start(): void {
    const { map, context } = this;
    const camera = context.state.camera;
    map.resize(); // a second map may have taken its part meanwhile
    if (camera) map.jumpTo({ center: [camera.lon, camera.lat], zoom: camera.zoom });
    else map.fitBounds(context.meta.bounds, { padding: freePadding(), animate: false });
    this.popup = new ObjectPopup(map, context);
    this.cellPopup = new CellPopup(map, context);
    context.on("units", () => this.cellPopup.refresh());
    context.on("second", () => this.cellPopup.refresh());
    map.on("zoom", () => this.checkLevel());
    map.on("moveend", debounce(() => this.keepCamera(), 250));
    map.on("idle", () => (context.marks.idle = String(Number(context.marks.idle ?? 0) + 1)));
    context.store.subscribe((state, changed, cause) => {
      if (changed.has("region")) void this.onRegion(!(cause === "history" && state.camera));
      if (cause === "history") this.restore(changed);
      if (changed.has("drawer") && !state.camera && !state.region) setTimeout(() => this.go({ bounds: context.meta.bounds }), 250);
      if (changed.has("level")) this.checkLevel();
      if (isPainted(changed) || changed.has("lang")) this.cellPopup.refresh();
    });
    this.drawing = new Drawing(map, context, () => {
      void this.restoreObject();
      if (context.state.cell) void this.cellPopup.open(context.state.cell);
    });
    this.pointer = this.pointerOn(this.drawing, context);
    this.setLevel(levelAt(map.getZoom(), context, null));
    void this.drawing.cells.refresh();
    if (context.state.region) void this.onRegion(!camera);
    this.begun(this);
  }
  /** What pointer and keyboard do on this map, or on another that is linked to it: popups are this one's alone. */
  pointerOn(drawing: Drawing, context: Context): Pointer {
    const pointer = new Pointer(drawing, context, this.popup, this.cellPopup, (code) => this.selectRegion(code));
    aimOn(drawing.map, context, pointer);
    return pointer;
  }

  private checkLevel(): void {
    const level = levelAt(this.map.getZoom(), this.context, this.fitZoom);
    if (level !== this.context.level) this.setLevel(level);
    this.drawing.cells.check();
  }
  private setLevel(level: MapLevel): void {
    this.pointer?.leave();
    this.drawing.setLevel(level);
  }

  private keepCamera(): void {
    const { lng, lat } = this.map.getCenter();
    this.context.store.set({ camera: { zoom: this.map.getZoom(), lat, lon: lng } });
  }
  /** What the back button brings back, beside what follows every change. */
  private restore(changed: ReadonlySet<keyof State>): void {
    const { object, cell } = this.context.state;
    if (changed.has("camera")) this.restoreCamera();
    if (changed.has("object") && !object) this.popup.close();
    if (changed.has("cell") && !cell) this.cellPopup.close();
    if (changed.has("object") && object) void this.restoreObject();
    if (changed.has("cell") && cell) void this.cellPopup.open(cell);
  }
  private restoreCamera(): void {
    const { camera } = this.context.state;
    if (camera) this.map.easeTo({ center: [camera.lon, camera.lat], zoom: camera.zoom, duration: calm() ? 0 : 500 });
    else this.go({ bounds: this.context.meta.bounds });
  }
  private async onRegion(move: boolean): Promise<void> {
    const { context } = this;
    const { region, period } = context.state;
    this.fitZoom = null;
    if (!region) {
      if (move) this.go({ bounds: context.meta.bounds });
      return this.checkLevel();
    }
    const detail = await context.data.region(region, period, context.filters).catch(() => null);
    if (!detail?.bounds || context.state.region !== region) return;
    const camera = this.map.cameraForBounds(detail.bounds, { padding: freePadding(), maxZoom: 15 });
    this.fitZoom = camera?.zoom ?? null;
    if (move) this.go({ bounds: detail.bounds });
    else this.checkLevel();
  }
  /** Select a region and bring it into the free part of the window. */
  private go({ bounds, point, zoom }: { bounds?: Bounds; point?: [number, number]; zoom?: number }): void {
    const duration = calm() ? 0 : 700;
    if (!bounds && !point && zoom) this.map.easeTo({ zoom, duration, around: this.map.unproject(middleOf(this.map)) });
    if (bounds) this.map.fitBounds(bounds, { padding: freePadding(), maxZoom: 15, duration });
    else if (point) {
      const { top, right, bottom, left } = freePadding();
      this.map.easeTo({ center: point, zoom: zoom ?? Math.max(this.map.getZoom(), 14), duration, offset: [(left - right) / 2, (top - bottom) / 2] });
    }
  }
  selectRegion(code: string): void {
    const region = code === this.context.city ? "" : code;
    const same = this.context.state.region === region;
    // Over two maps on a low window the overview would take the room of both; their heads tell of the region.
    const drawer = isSplit() && isLow() ? this.context.state.drawer : true;
    this.context.store.set({ region, drawer, object: "" });
    if (same) void this.onRegion(true);
  }

  /** Fly to a cell that moved much and open it. */
  openCell({ code, bounds: [west, south, east, north] }: Mover): void {
    const middle: [number, number] = [(west + east) / 2, (south + north) / 2];
    this.context.store.set({ level: "grid" });
    this.go({ point: middle, zoom: Math.max(this.map.getZoom(), 12.5) });
    void this.cellPopup.open(code, middle);
  }

  /** Esc: the popup first, then one region up. Says whether there was anything to do. */
  escape(): boolean {
    return (this.popup?.close() || this.cellPopup?.close()) ?? false;
  }

  private async restoreObject(): Promise<void> {
    const [layer, code] = objectParts(this.context.state.object);
    const info = layer && code ? this.context.layer(layer) : undefined;
    if (!layer) return;
    const feature = info && (await getJson<ObjectFeature>(objectUrl(layer, code)).catch(() => null));
    if (!info || !feature) {
      this.context.store.set({ object: "" });
      return this.context.emit("missing", { part: "object", asked: `${layer}/${code}` });
    }
    const at = feature.geometry?.type === "Point" ? (feature.geometry.coordinates as [number, number]) : null;
    if (at && !this.map.getBounds().contains(at)) this.go({ point: at, zoom: Math.max(info.detail_zoom + 0.5, 13) });
    if (at) this.popup.open(at, [{ layer: info, properties: { code, ...feature.properties }, links: feature.links ?? {} }]);
  }
}

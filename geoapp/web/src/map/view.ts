// The map as a part of the page: follows the state, tells the others what it shows.
import { type Map as GlMap, type MapSourceDataEvent, Marker } from "maplibre-gl";
import { type Bounds, getJson, type ObjectFeature, objectUrl } from "../api";
import type { Context, MapLevel } from "../context";
import { calm, debounce } from "../dom";
import { t } from "../i18n";
import { type Comparison, compareUrl, type Mover } from "../api";
import { divergingScale, type Scale } from "../classes";
import { isCutAnew, ownScale, painted } from "../classing";
import { LITRES_PER_M3 } from "../litres";
import { isCompare, objectParts, type State } from "../state";
import { isTwoSided } from "../measures";
import { classesOf, picture } from "../values";
import { CellPopup } from "./cell-popup";
import { Cells } from "./cells";
import { createMap } from "./create";
import type { Face } from "./face";
import { Facilities } from "./facilities";
import { levelAt } from "./level";
import { LostTiles } from "./lost-tiles";
import { Pointer } from "./pointer";
import { ObjectPopup } from "./popup";
import { Regions } from "./regions";
import { freePadding } from "./room";

export class MapView implements Face {
  readonly map: GlMap;
  private regions!: Regions;
  private facilities!: Facilities;
  private popup!: ObjectPopup;
  private cells!: Cells;
  private cellPopup!: CellPopup;
  private pointer?: Pointer;
  private fitZoom: number | null = null;
  private asked = 0;
  private readonly pin = new Marker({ color: "#0b5c73" });

  constructor(container: HTMLElement, private readonly context: Context) {
    this.map = createMap(container, context.meta.bounds, { label: t("mapLabel") });
    this.map.on("load", () => this.start());
    new LostTiles(this.map, context);
    context.on("go", (target) => this.go(target));
    context.on("pin", (point) => {
      this.pin.remove();
      if (point) this.pin.setLngLat(point).addTo(this.map);
    });
    context.on("openObject", ({ layer, code, name, point }) => {
      const info = context.layer(layer);
      if (info) this.popup.open(point, [{ layer: info, properties: { code, name } }]);
    });
  }

  private start(): void {
    const { map, context } = this;
    const camera = context.state.camera;
    if (camera) map.jumpTo({ center: [camera.lon, camera.lat], zoom: camera.zoom });
    else map.fitBounds(context.meta.bounds, { padding: freePadding(), animate: false });
    this.regions = new Regions(map, context);
    this.facilities = new Facilities(map, context);
    this.popup = new ObjectPopup(map, context);
    this.cells = new Cells(map, context);
    this.cellPopup = new CellPopup(map, context);
    context.on("cells", (cells) => this.regions.under(cells !== null));
    context.on("units", () => this.cellPopup.refresh());
    context.on("light", (index) => (context.cells ? this.cells : this.regions).light(index));
    context.on("place", (code) => this.regions.hover(code ? context.level : null, code));
    this.whenDescribed(() => {
      this.regions.addLabels();
      this.regions.show(context.level);
      this.facilities.apply(context.state.layers);
      void this.restoreObject();
      if (context.state.cell) void this.cellPopup.open(context.state.cell);
    });
    map.on("zoom", () => this.checkLevel());
    map.on("moveend", debounce(() => this.keepCamera(), 250));
    map.on("sourcedata", (event) => this.onSource(event));
    map.on("idle", () => (document.documentElement.dataset.idle = String(Number(document.documentElement.dataset.idle ?? 0) + 1)));
    this.pointer = new Pointer(map, context, this.regions, this.facilities, this.popup, this.cells, this.cellPopup, (code) => this.selectRegion(code));
    context.store.subscribe((state, changed, cause) => {
      if (changed.has("region")) void this.onRegion(!(cause === "history" && state.camera));
      if (cause === "history") this.restore(changed);
      if (changed.has("drawer") && !state.camera && !state.region) setTimeout(() => this.go({ bounds: context.meta.bounds }), 250);
      if (changed.has("level")) this.checkLevel();
      if (changed.has("period") || changed.has("boundaries")) this.regions.redraw();
      if (["period", "versus", "measure", "source", "purpose", "resident", "boundaries", "method", "classes", "breaks", "palette", "opacity"].some((key) => changed.has(key as never))) {
        this.refresh();
        this.cellPopup.refresh();
        void this.cells.refresh();
      } else if (changed.has("level")) void this.cells.refresh();
      if (changed.has("unsure")) this.cells.hatch();
      if (changed.has("lang")) {
        this.regions.speak();
        this.cells.speak();
        this.cellPopup.refresh();
      }
      if (changed.has("layers") || changed.has("where")) this.facilities.apply(state.layers);
    });
    this.regions.select(context.state.region);
    this.setLevel(levelAt(map.getZoom(), context, null));
    void this.cells.refresh();
    if (context.state.region) void this.onRegion(!camera);
  }

  /** Labels choose their source layer by what the TileJSONs say, so they wait for them (or go on without, after a while). */
  private whenDescribed(then: () => void): void {
    let done = false;
    const ready = () => this.context.levels.every((id) => {
      const source = this.map.getSource(id) as { vectorLayerIds?: string[] } | undefined;
      return !source || source.vectorLayerIds !== undefined;
    });
    const check = () => {
      if (done || !ready()) return;
      finish();
    };
    const finish = () => {
      if (done) return;
      done = true;
      this.map.off("sourcedata", check);
      then();
    };
    this.map.on("sourcedata", check);
    setTimeout(finish, 4000);
    check();
  }

  private checkLevel(): void {
    const level = levelAt(this.map.getZoom(), this.context, this.fitZoom);
    if (level !== this.context.level) this.setLevel(level);
    this.cells.check();
  }
  private setLevel(level: MapLevel): void {
    this.context.level = level;
    this.context.emit("level", level);
    this.regions.show(level);
    this.pointer?.leave();
    this.refresh();
  }

  /** Ask for the series of the level and paint it; an answer that is no longer wanted is dropped. */
  refresh(): void {
    const { context } = this;
    const { period } = context.state;
    const { level, filters } = context;
    const here = context.data.seriesNow(level, period, filters);
    const scale = this.ownScale();
    if (here && !(scale instanceof Promise)) return this.show(level, scale);
    const ticket = ++this.asked;
    context.emit("busy", true);
    Promise.all([context.data.series(level, period, filters), scale]).then(
      ([, found]) => ticket === this.asked && this.show(context.level, found),
      (error) => {
        if (ticket !== this.asked) return;
        context.emit("busy", false);
        context.shown = null;
        this.regions.clear(level); // colours of another question would be a wrong answer to this one
        context.emit("failed", { what: "series", error, retry: () => this.refresh() });
      },
    );
  }
  /** The scale where it is another than that of the figures: the reader's bounds, or classes cut in another way. */
  private ownScale(): Scale | undefined | Promise<Scale> {
    const { level, state, filters, data } = this.context;
    const { measure, period, method, classes: k } = state;
    if (isTwoSided(measure)) return this.compareScale();
    const own = ownScale(state, measure);
    if (own || !isCutAnew(state)) return own;
    const scaleOf = (found: Parameters<typeof classesOf>[0]): Scale => classesOf(found, period, measure);
    const known = data.classesNow(level, period, filters, method, k);
    return known ? scaleOf(known) : data.classes(level, period, filters, method, k).then(scaleOf);
  }
  /** Of two periods the classes are the API's; undefined where a measure has a scale of its own. */
  private compareScale(): Scale | undefined | Promise<Scale> {
    const { context } = this;
    const { measure, period, versus } = context.state;
    if (!isCompare(measure) || !versus) return undefined;
    const url = compareUrl(context.level, period, versus, context.filters);
    const scaleOf = ({ classes }: Comparison): Scale =>
      measure === "ratio" ? divergingScale(classes.ratio.breaks) : divergingScale(classes.difference.breaks.map((each) => each * LITRES_PER_M3));
    const known = context.data.now<Comparison>(url);
    return known ? scaleOf(known) : context.data.get<Comparison>(url).then(scaleOf);
  }
  private show(level: MapLevel, scale?: Scale): void {
    const { context } = this;
    const { period, measure, versus } = context.state;
    const series = context.data.seriesNow(level, period, context.filters);
    if (!series) return this.refresh();
    this.asked++;
    const drawn = picture(series, period, measure, versus, scale);
    context.shown = { level, series, picture: { ...drawn, scale: painted(drawn.scale, context.state) }, period, measure };
    this.regions.paint(context.shown);
    context.emit("busy", false);
    context.emit("shown", context.shown);
    const data = document.documentElement.dataset;
    Object.assign(data, { level, period, measure });
    this.map.once("render", () => this.settled(level));
    this.map.triggerRepaint();
  }
  private onSource(event: MapSourceDataEvent): void {
    if (event.sourceId === this.context.level && event.isSourceLoaded) this.settled(this.context.level);
  }
  private settled(level: MapLevel): void {
    // A source counts as loaded before it has asked for its first tile: wait for regions, not for the word.
    if (!this.map.isSourceLoaded(level) || this.context.shown?.level !== level) return;
    if (!this.map.querySourceFeatures(level, { sourceLayer: level }).length) return;
    this.regions.settle(level);
    if (document.documentElement.dataset.ready) return;
    this.map.once("render", () => {
      document.documentElement.dataset.ready = "1";
    });
    this.map.triggerRepaint();
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
    this.regions.select(region);
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
    if (!bounds && !point && zoom) this.map.easeTo({ zoom, duration, around: this.map.unproject(this.middle()) });
    if (bounds) this.map.fitBounds(bounds, { padding: freePadding(), maxZoom: 15, duration });
    else if (point) {
      const { top, right, bottom, left } = freePadding();
      this.map.easeTo({ center: point, zoom: zoom ?? Math.max(this.map.getZoom(), 14), duration, offset: [(left - right) / 2, (top - bottom) / 2] });
    }
  }
  /** Of the part of the window that nothing lies upon: what is in the middle there stays there. */
  private middle(): [number, number] {
    const { top, right, bottom, left } = freePadding();
    const { clientWidth, clientHeight } = this.map.getContainer();
    return [(left + clientWidth - right) / 2, (top + clientHeight - bottom) / 2];
  }
  selectRegion(code: string): void {
    const region = code === this.context.city ? "" : code;
    const same = this.context.state.region === region;
    this.context.store.set({ region, drawer: true, object: "" });
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

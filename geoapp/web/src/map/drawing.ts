// What a map shows of a state: regions in the colours of their classes, cells, facilities, names. The map itself, its camera and its
// level are others' business, so that each of two linked maps has a drawing of its own, of its own context.
import type { Map as GlMap, MapSourceDataEvent } from "maplibre-gl";
import { type Comparison, compareUrl } from "../api";
import { divergingScale, type Scale } from "../classes";
import { isCutAnew, ownScale, painted } from "../classing";
import type { Context, Hover, MapLevel } from "../context";
import { LITRES_PER_M3 } from "../litres";
import { isTwoSided } from "../measures";
import { isCompare, type State } from "../state";
import { classesOf, picture } from "../values";
import { Cells } from "./cells";
import { Facilities } from "./facilities";
import { Figures } from "./figures";
import { Regions } from "./regions";
import { unveil } from "./slow";

/** Parts of the state that decide what is painted, besides the level. */
export const PAINTS: readonly (keyof State)[] = ["period", "versus", "measure", "source", "purpose", "resident", "boundaries", "method", "classes", "breaks", "palette", "opacity"];
export const isPainted = (changed: ReadonlySet<keyof State>): boolean => PAINTS.some((key) => changed.has(key));

export class Drawing {
  readonly regions: Regions;
  readonly facilities: Facilities;
  readonly cells: Cells;
  private asked = 0;

  /** `described` is called once all names can be drawn. */
  constructor(readonly map: GlMap, private readonly context: Context, described: () => void = () => undefined) {
    this.regions = new Regions(map, context);
    this.facilities = new Facilities(map, context);
    this.cells = new Cells(map, context);
    new Figures(map, context);
    context.on("cells", (cells) => this.regions.under(cells !== null));
    context.on("light", (index) => (context.cells ? this.cells : this.regions).light(index));
    context.on("place", (code) => this.regions.hover(code ? context.level : null, code));
    this.whenDescribed(() => {
      this.regions.addLabels();
      this.regions.show(context.level);
      this.facilities.apply(context.state.layers);
      described();
    });
    map.on("sourcedata", (event) => this.onSource(event));
    map.once("idle", () => void import("./ground").then(({ Ground }) => new Ground(map, context), () => undefined));
    context.store.subscribe((state, changed) => this.follow(state, changed));
    this.regions.select(context.state.region);
  }

  private follow(state: State, changed: ReadonlySet<keyof State>): void {
    if (changed.has("region")) this.regions.select(state.region);
    if (changed.has("period") || changed.has("boundaries")) this.regions.redraw();
    if (isPainted(changed)) this.repaint();
    else if (changed.has("level")) void this.cells.refresh();
    if (changed.has("unsure")) this.cells.hatch();
    if (changed.has("lang")) {
      this.regions.speak();
      this.cells.speak();
    }
    if (changed.has("layers") || changed.has("where")) this.facilities.apply(state.layers);
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
      if (done || !this.map.style) return; // of a map that has been taken away meanwhile there is nothing to name
      done = true;
      this.map.off("sourcedata", check);
      then();
    };
    this.map.on("sourcedata", check);
    setTimeout(finish, 4000);
    check();
  }

  /** Show another level. */
  setLevel(level: MapLevel): void {
    this.context.level = level;
    this.context.emit("level", level);
    this.regions.show(level);
    this.refresh();
  }
  /** Mark what is pointed at, on this map or another. */
  point(told: Hover | null): void {
    this.regions.hover(told && !told.cell ? this.context.level : null, told?.code ?? null);
    this.cells.hover(told?.cell ? told.id ?? null : null);
  }
  /** Regions and cells anew, of what is asked for now. */
  repaint(): void {
    this.refresh();
    void this.cells.refresh();
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
    const { context, map } = this;
    const { period, measure, versus } = context.state;
    const series = context.data.seriesNow(level, period, context.filters);
    if (!series) return this.refresh();
    this.asked++;
    const drawn = picture(series, period, measure, versus, scale);
    context.shown = { level, series, picture: { ...drawn, scale: context.given("regions") ?? painted(drawn.scale, context.state) }, period, measure };
    this.regions.paint(context.shown);
    context.emit("busy", false);
    context.emit("shown", context.shown);
    Object.assign(context.marks, { level, period, measure });
    map.once("render", () => this.settled(level));
    map.triggerRepaint();
  }
  private onSource(event: MapSourceDataEvent): void {
    if (event.sourceId === this.context.level && event.isSourceLoaded) this.settled(this.context.level);
  }
  private settled(level: MapLevel): void {
    const { map, context } = this;
    // A source counts as loaded before it has asked for its first tile: wait for regions, not for the word.
    if (!map.isSourceLoaded(level) || context.shown?.level !== level) return;
    if (!map.querySourceFeatures(level, { sourceLayer: level }).length) return;
    this.regions.settle(level);
    if (context.marks.ready) return;
    unveil(map);
    map.once("render", () => {
      context.marks.ready = "1";
    });
    map.triggerRepaint();
  }
}

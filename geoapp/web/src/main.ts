// The page's start: ask for the metadata, draw the parts, and hand every part the same state.
import "maplibre-gl/dist/maplibre-gl.css";
import "./styles/index.css";
import type { Map as GlMap } from "maplibre-gl";
import { mend, type Mended } from "./address";
import { ApiError, getJson, hearKept, type Meta, metaUrl } from "./api";
import { lastView, mountAway } from "./away";
import { Context } from "./context";
import { Data } from "./data";
import { byId, h, icon, replace } from "./dom";
import { followWindow } from "./form";
import { periodText } from "./format";
import { setLanguage, setWords, t, tk } from "./i18n";
import { nameControls } from "./map/create";
import type { Face } from "./map/face";
import { MapView } from "./map/view";
import { Tables } from "./map/without";
import { hearWaits, lookNow } from "./outage";
import { parse, type State, Store } from "./state";
import { mountAreaPlace } from "./ui/area";
import { mountEmbed } from "./ui/embed";
import { isUnit } from "./unit";
import { mountDetails } from "./ui/details";
import { mountDrawer, openDrawerButton } from "./ui/drawer";
import { mountExplain } from "./ui/explain";
import { mountFilters } from "./ui/filters";
import { mountLayers } from "./ui/layers";
import { mountLayout } from "./ui/layout";
import { mountLegend } from "./ui/legend";
import { mountMenu } from "./ui/menu";
import { errorText, isRefused, mountLostTiles, showEmpty, showError, toast, wayOut } from "./ui/notices";
import { mountSearch } from "./ui/search";
import { mountSecond, splitWindow } from "./ui/second";
import { mountTimebar } from "./ui/timebar";
import { mountLevel, mountStatus, mountTools } from "./ui/tools";
import { mountTooltip } from "./ui/tooltip";

/** What is shown first: the last year that is whole, else the last month. */
function defaultPeriod(months: readonly string[]): string {
  const whole = [...new Set(months.map((month) => month.slice(0, 4)))].filter((year) => months.filter((month) => month.startsWith(year)).length === 12);
  return whole.at(-1) ?? months.at(-1) ?? "";
}

function busy(on: boolean): void {
  document.body.classList.toggle("busy", on);
}

followWindow();

async function start(): Promise<void> {
  const store = new Store(parse(location.search));
  setLanguage(store.state.lang);
  store.subscribe((state) => setLanguage(state.lang)); // before any part that writes words
  document.documentElement.toggleAttribute("data-embed", store.state.embed);
  mountMenu(byId("site"), store); // one can go elsewhere though the map may have nothing to show
  busy(true);
  byId("notice").hidden = true;
  let meta: Meta;
  let seenAt: string | null = null;
  hearKept((at) => { seenAt = at; });
  // Without any answer the way out may be the reader's: it is told, while the page goes on trying.
  const stop = hearWaits((status) => { if (status === 0) showError(byId("notice"), new ApiError(metaUrl, 0), lookNow); });
  try {
    meta = await getJson<Meta>(metaUrl);
    stop();
    byId("notice").hidden = true;
  } catch (error) {
    stop();
    busy(false);
    return showError(byId("notice"), error, () => void start());
  }
  busy(false);
  // Opened from a home screen without a network: where one was last.
  if (seenAt !== null && !location.search && lastView()) {
    history.replaceState(null, "", location.pathname + lastView());
    return start();
  }
  setWords(meta.worded);
  if (!meta.months.length || !meta.layers.some((layer) => layer.id === meta.levels[0] && layer.count > 0)) return showEmpty(byId("notice"));
  document.body.classList.add("ready");
  store.defaultPeriod = defaultPeriod(meta.months);
  store.months = meta.months;
  const mended = mend(store.state, location.search, meta, store.defaultPeriod);
  const context = new Context(store, meta, new Data(meta.months, meta.levels[0]));
  mountAway(byId("away"), context, seenAt, run(context));
  if (mended.length) {
    store.set({}); // the address says what is shown
    tellMended(store.state, mended);
  }
}

function tellMended(state: State, mended: Mended[]): void {
  const now: Partial<Record<Mended["part"], string>> = {
    period: periodText(state.period, state.lang), versus: state.versus && periodText(state.versus, state.lang), measure: tk("measureTitle", state.measure), level: tk("level", state.level),
    resident: tk("resident", state.resident), second: state.second ? `${periodText(state.second.period, state.lang)} ${tk("measureTitle", state.second.measure)}` : undefined,
  };
  const lines = mended.map(({ part, asked }) => t(now[part] ? "addressMended" : "addressDropped", { part: tk("param", part), asked: asked.slice(0, 40), now: now[part] ?? "" }));
  toast(lines.join(" "), { kind: "warn", stays: true });
}

/** Put the parts together; → the map, where one can be drawn. */
function run(context: Context): GlMap | null {
  const { store, meta } = context;
  // Ask for the first figures while the map starts.
  context.data.series(context.first, store.state.period, context.filters).catch(() => undefined);
  let table: { draw(): void } | null = null;
  let tableComes = false;
  const layout = mountLayout(context, (place) => {
    if (table || tableComes) return;
    tableComes = true;
    import("./ui/table").then(({ mountTable }) => { table = mountTable(place, context, (code) => select(code), () => store.set({ table: false })); },
      (error: unknown) => { tableComes = false; context.emit("failed", { what: "chart", error, retry: () => store.set({ table: true }) }); });
  });

  splitWindow(store.state); // before the map takes its size
  const drawn = mapOf(context);
  if (drawn) mountSecond(drawn, context);
  else document.body.classList.remove("split");
  const view: Face = drawn ?? new Tables(byId("map"), context);
  const select = (code: string) => (context.gather ? context.gather(code) : view.selectRegion(code));
  const home = () => view.selectRegion(context.city);
  title(context);
  mountTimebar(byId("timebar"), context);
  mountLegend(byId("legend"), context);
  mountFilters(byId("filters"), context);
  mountLayers(byId("layers"), context);
  mountDrawer(byId("drawer"), context, (code) => { select(code); layout.raise(); }, (mover) => { view.openCell(mover); layout.lower(); });
  const explain = mountExplain(byId("explain"), context);
  const details = mountDetails(byId("details"), context, drawn);
  byId("legend-line").addEventListener("click", () => { layout.tab("legend"); layout.raise(); });
  const search = mountSearch(byId("search"), context, select);
  mountLevel(byId("level"), context);
  const area = mountAreaPlace(byId("drawer"), context, drawn?.map ?? null, layout);
  mountTools(byId("tools"), byId("zoom"), context, drawn?.map ?? null, home, area.toggle);
  mountStatus(byId("status"), context);
  if (store.state.embed) mountEmbed(byId("embed"), context, drawn?.map ?? null);
  mountTooltip(byId("tooltip"), context);
  replace(byId("drawer-opener"), openDrawerButton(context));
  layout.measure(); // the map is fitted into what all these leave, in the next frame

  context.on("busy", busy);
  context.on("missing", (gone) => tellMended(store.state, [gone]));
  mountLostTiles(byId("lost-tiles"), context);
  context.on("failed", ({ what, error, retry }) => {
    const first = t(what === "series" ? "errorSeries" : what === "chart" ? "errorChart" : what === "second" ? "errorSecond" : "errorRegion");
    const action = isRefused(error) ? wayOut(context, home) : retry && { text: t("retry"), run: retry };
    toast(`${first} ${errorText(error)}`, { action, kind: "warn" });
  });
  store.subscribe((_, changed) => { if (changed.has("lang")) { title(context); if (drawn) nameControls(drawn.map); } });
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && (event.target as HTMLInputElement).type !== "range";
    if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && !typing && !document.querySelector("dialog[open], [popover]:popover-open")) {
      if (details.close() || explain.close() || view.escape() || area.escape()) return;
      const { region } = store.state;
      if (region) select(isUnit(region) || context.levelOf(region) === context.first ? context.city : region.slice(0, region.length - 3));
    }
  });
  (window as unknown as { shuitu: unknown }).shuitu = { map: drawn?.map, context, meta };
  return drawn?.map ?? null;
}

/** The map; null where the browser cannot draw one. */
function mapOf(context: Context): MapView | null {
  try {
    return new MapView(byId("map"), context);
  } catch (error) {
    console.warn(error);
    return null;
  }
}

function title(context: Context): void {
  const city = context.nameOf(context.city, context.meta.city.name);
  document.title = t("title", { city });
  replace(byId("brand"), logo(), h("span", { class: "brand-text" }, h("b", {}, t("app")), h("small", {}, t("subtitle", { city }))));
  byId("skip").textContent = t("skip");
  byId("map").querySelector("canvas")?.setAttribute("aria-label", t("mapLabel"));
}
function logo(): Element {
  const image = h("img", { src: byId("brand").dataset.logo, width: 30, height: 30, alt: "" });
  return byId("brand").dataset.logo ? image : icon("home");
}

void start();

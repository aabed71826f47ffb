// The page's start: ask for the metadata, draw the parts, and hand every part the same state.
import "maplibre-gl/dist/maplibre-gl.css";
import "./styles/index.css";
import { getJson, type Meta, metaUrl } from "./api";
import { Context, levelOf } from "./context";
import { Data } from "./data";
import { byId, h, icon, isPhone, replace } from "./dom";
import { setLanguage, t } from "./i18n";
import { MapView } from "./map/view";
import { parse, Store } from "./state";
import { mountDrawer, openDrawerButton } from "./ui/drawer";
import { mountFilters } from "./ui/filters";
import { mountLayers } from "./ui/layers";
import { mountLayout } from "./ui/layout";
import { mountLegend } from "./ui/legend";
import { errorText, showEmpty, showError, showUnsupported, toast } from "./ui/notices";
import { mountSearch } from "./ui/search";
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

async function start(): Promise<void> {
  const store = new Store(parse(location.search));
  setLanguage(store.state.lang);
  store.subscribe((state) => setLanguage(state.lang)); // before any part that writes words
  busy(true);
  byId("notice").hidden = true;
  let meta: Meta;
  try {
    meta = await getJson<Meta>(metaUrl);
  } catch (error) {
    busy(false);
    return showError(byId("notice"), error, () => void start());
  }
  busy(false);
  if (!meta.months.length || !meta.layers.some((layer) => layer.id === "district" && layer.count > 0)) return showEmpty(byId("notice"));
  document.body.classList.add("ready");
  store.defaultPeriod = defaultPeriod(meta.months);
  const known = (period: string) => period && meta.months.some((month) => month.startsWith(period.slice(0, period.includes("..") ? 7 : undefined)));
  if (!known(store.state.period)) store.state.period = store.defaultPeriod;
  const context = new Context(store, meta, new Data(meta.months));
  run(context);
}

function run(context: Context): void {
  const { store, meta } = context;
  // Ask for the first figures while the map starts.
  context.data.series("district", store.state.period, context.filters).catch(() => undefined);
  const layout = mountLayout(context);

  let view: MapView;
  try {
    view = new MapView(byId("map"), context);
  } catch (error) {
    console.error(error);
    return showUnsupported(byId("notice"));
  }
  const select = (code: string) => view.selectRegion(code);
  const home = () => select(context.city);
  title(context);
  mountTimebar(byId("timebar"), context);
  mountLegend(byId("legend"), context);
  mountFilters(byId("filters"), context);
  mountLayers(byId("layers"), context);
  mountDrawer(byId("drawer"), context, (code) => { select(code); if (isPhone()) layout.raise(); });
  const search = mountSearch(byId("search"), context, select);
  mountLevel(byId("level"), context);
  mountTools(byId("tools"), byId("zoom"), context, view.map, home);
  mountStatus(byId("status"), context);
  mountTooltip(byId("tooltip"), context);
  replace(byId("drawer-opener"), openDrawerButton(context));

  context.on("busy", busy);
  let lastTiles = 0;
  context.on("failed", ({ what, error, retry }) => {
    // A burst of tiles that fail is one message.
    if (what === "tiles" && Date.now() - lastTiles < 15_000) return;
    if (what === "tiles") lastTiles = Date.now();
    const first = t(what === "tiles" ? "errorTiles" : what === "series" ? "errorSeries" : what === "chart" ? "errorChart" : "errorRegion");
    toast(what === "tiles" ? first : `${first} ${errorText(error)}`, retry, "warn");
  });
  store.subscribe((_, changed) => { if (changed.has("lang")) title(context); });
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && (event.target as HTMLInputElement).type !== "range";
    if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && !typing) {
      if (view.escape()) return;
      const { region } = store.state;
      if (region) select(levelOf(region) === "district" ? context.city : region.slice(0, region.length - 3));
    }
  });
  (window as unknown as { shuitu: unknown }).shuitu = { map: view.map, context, meta };
}

function title(context: Context): void {
  const city = context.meta.city.name;
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

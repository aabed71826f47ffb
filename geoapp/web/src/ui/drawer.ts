// The region drawer: what one region used, how it divides, and where to go from it.
// Figures and ranking follow the slider from the series already here; the rest comes once a period is settled on, of a month from what
// is held, else from the API. While the drawer is closed nothing is asked for.
import { ApiError, type Mover, type RegionDetail, regionUrl, type Series } from "../api";
import { type Context, isMapLevel, type MapLevel } from "../context";
import { debounce, h, icon, replace } from "../dom";
import { shareOf } from "../format";
import { t } from "../i18n";
import { monthsOf } from "../periods";
import type { State } from "../state";
import { isUnit } from "../unit";
import { cityValue, regionValue, type RegionValue } from "../values";
import { mountChart } from "./chart";
import { facilities, figures, head, purposes } from "./drawer-parts";
import { errorText, isRefused, wayOut } from "./notices";
import { mountMovers } from "./compare";
import { heldDetail } from "./held";
import { mountRanking } from "./ranking";

const SETTLE_MS = 180;

export function mountDrawer(place: HTMLElement, context: Context, select: (code: string) => void, openCell: (mover: Mover) => void): void {
  const { store, data } = context;
  let detail: RegionDetail | null = null;
  let detailOf = ""; // the question the detail answers
  let own: Series | null = null;
  let children: Series | null = null;
  let ticket = 0;

  const parts = {
    head: h("div", { class: "drawer-head" }),
    figures: h("section", { class: "figures", "data-testid": "figures" }),
    movers: h("section", { class: "block movers", "data-testid": "movers-block" }),
    chart: h("section", { class: "block chart-block" }),
    purposes: h("section", { class: "block" }),
    ranking: h("section", { class: "block" }),
    facilities: h("section", { class: "block" }),
  };
  replace(place, parts.head, h("div", { class: "drawer-body", tabindex: -1, id: "drawer-body" }, parts.figures, parts.movers, parts.chart, parts.purposes, parts.ranking, parts.facilities));
  const chart = mountChart(parts.chart, context);
  mountMovers(parts.movers, context, { region: select, cell: openCell });
  const ranking = mountRanking(parts.ranking, context, select);

  const code = () => store.state.region || context.city;
  const question = () => regionUrl(code(), store.state.period, context.filters);
  function ownValue(): RegionValue | null {
    const { period, measure, versus } = store.state;
    const level = context.levelOf(code());
    if (level === "city") {
      const value = context.shown ? cityValue(context.shown.series, period, measure, versus) : null;
      const told = detail && detailOf === question() ? detail.recorded_l : undefined;
      return value && told !== undefined ? { ...value, volume_l: told } : value;
    }
    const series = (isMapLevel(level) && data.seriesNow(level, period, context.filters)) || own;
    const value = series && series.months.includes(monthsOf(period, context.meta.months)[0]) ? regionValue(series, code(), period, measure, versus) : null;
    if (value) return value;
    if (!detail || detailOf !== question()) return null;
    return { ...detail, people: detail.population, before_l: detail.previous_l, shown: detail.volume_l };
  }
  function parentValue(): RegionValue | null {
    const { period, measure } = store.state;
    const parent = detail?.path.at(-2) ?? detail?.path.at(-1);
    if (!parent || parent.code === code()) return null;
    if (parent.level === "city") return context.shown ? cityValue(context.shown.series, period, measure) : null;
    const series = isMapLevel(parent.level) ? data.seriesNow(parent.level, period, context.filters) : undefined;
    return series ? regionValue(series, parent.code, period, measure) : null;
  }

  /** What follows the slider: no request. */
  function drawFigures(): void {
    const value = ownValue();
    const parent = parentValue();
    const share = parent && value && parent.volume_l ? shareOf(value.volume_l, parent.volume_l) : detailOf === question() ? detail?.share_of_parent ?? null : null;
    figures(parts.figures, context, value, detail, share);
    // What it ranks by has to be of the same question as the figure above: until it is here the order stays as it was, and is marked.
    const known = detailOf === question() || (children?.months.includes(monthsOf(store.state.period, context.meta.months)[0]) ?? false);
    parts.ranking.setAttribute("aria-busy", String(!known));
    if (known) ranking.draw(detail, children, value ? value.volume_l : detail?.volume_l ?? null);
    if (detail && detailOf === question()) purposes(parts.purposes, context, detail);
    chart.mark(store.state.period);
  }
  function sections(shown: boolean): void {
    for (const part of [parts.figures, parts.chart, parts.purposes, parts.ranking, parts.facilities]) part.hidden = !shown;
  }
  function drawAll(): void {
    if (!detail) return;
    sections(true);
    head(parts.head, context, detail, select, close);
    chart.draw(detail);
    facilities(parts.facilities, context, detail);
    drawFigures();
  }
  function skeleton(): void {
    sections(true);
    for (const each of [parts.purposes, parts.ranking, parts.facilities]) replace(each, h("div", { class: "skeleton" }));
    replace(parts.figures, h("div", { class: "skeleton tall" }));
    chart.clear();
  }

  async function load(): Promise<void> {
    const mine = ++ticket;
    const wanted = code();
    const { period } = store.state;
    const child = context.childOf(wanted);
    try {
      const now = data.regionNow(wanted, period, context.filters) ?? (await data.region(wanted, period, context.filters));
      if (mine !== ticket) return;
      detail = now;
      detailOf = regionUrl(wanted, period, context.filters);
      drawAll();
      // Small matrices of the region itself and of its children let figures and ranking follow the slider.
      const level = context.levelOf(wanted);
      const above = now.path.at(-2)?.code ?? "";
      const series = (each: MapLevel, parent: string) => data.seriesNow(each, period, context.filters) ?? data.series(each, period, context.filters, parent);
      const parts = child && !isUnit(wanted); // a series is of a division's parts
      const [mineOwn, mineChildren] = await Promise.all([isMapLevel(level) ? series(level, above) : null, parts ? series(child, wanted) : null]);
      if (mine !== ticket) return;
      own = mineOwn;
      children = mineChildren;
      drawFigures();
    } catch (error) {
      if (mine !== ticket || (error as Error).name === "AbortError") return;
      const missing = error instanceof ApiError && error.status === 404;
      const home = { text: t("home"), run: () => select(context.city) };
      const action = missing ? home : isRefused(error) ? wayOut(context, home.run) : { text: t("retry"), run: () => void load() };
      replace(parts.head, h("h2", {}, missing ? t("unknownRegion", { code: wanted }) : t("errorRegion")),
        missing ? null : h("p", { class: "hint" }, errorText(error)),
        h("button", { type: "button", class: "button", "data-testid": "drawer-action", onclick: action.run }, action.text));
      detail = null;
      sections(false);
      chart.clear();
    }
  }
  /** The answer of another month, if what is here tells it. */
  function held(): RegionDetail | null {
    const level = context.levelOf(code());
    const of = level === "city" ? context.shown?.series ?? null : (isMapLevel(level) && data.seriesNow(level, store.state.period, context.filters)) || own;
    const asked = data.regionNow(code(), store.state.period, context.filters);
    return detail && detail.code === code() && !asked ? heldDetail(context, detail, { of, children }) : null;
  }
  const settle = debounce(() => {
    if (document.documentElement.dataset.playing || !store.state.drawer || detailOf === question()) return;
    const told = held();
    if (!told) return void load();
    ticket++;
    detail = told;
    detailOf = question();
    drawAll();
  }, SETTLE_MS);

  function close(): void {
    store.set({ drawer: false });
    document.getElementById("open-drawer")?.focus();
  }
  function visibility(): void {
    document.body.classList.toggle("drawer-closed", !store.state.drawer);
  }

  visibility();
  skeleton();
  void load();
  context.on("shown", () => drawFigures());
  context.on("units", drawAll);
  context.on("rest", () => settle());
  store.subscribe((_, changed) => {
    const any = (...keys: (keyof State)[]) => keys.some((key) => changed.has(key));
    if (changed.has("drawer")) {
      visibility();
      settle(); // what was not asked for meanwhile
    }
    if (changed.has("region")) {
      detail = own = children = null;
      if (!data.regionNow(code(), store.state.period, context.filters)) skeleton();
      void load();
      place.querySelector(".drawer-body")?.scrollTo(0, 0);
    } else if (any("source", "purpose", "resident", "boundaries")) {
      own = children = null;
      void load();
    } else if (any("period")) settle();
    if (any("lang")) drawAll();
    if (any("measure", "versus", "layers") && detail) {
      drawFigures();
      facilities(parts.facilities, context, detail);
    }
  });
}

export function openDrawerButton(context: Context): HTMLElement {
  return h("button", { type: "button", id: "open-drawer", class: "card open-drawer", "data-testid": "open-drawer", onclick: () => context.store.set({ drawer: true }) },
    icon("chevron", 16), h("span", {}, t("overview")));
}

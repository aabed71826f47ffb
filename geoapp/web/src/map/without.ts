// Where no map can be drawn (no WebGL2) the same answers as tables: a region's figures, its months, and the ranking of its parts.
// The page stays the page: its state is in the address, its period, filters and search work as they do beside a map.
import type { RegionDetail, Series } from "../api";
import type { Context, MapLevel } from "../context";
import { announce, h, icon, replace } from "../dom";
import { added, area, change, density, integer, percent, periodText, shareOf, volumeText } from "../format";
import { goPlain } from "../form";
import { language, t, term, tk } from "../i18n";
import { followedNote } from "../ui/followed";
import { redraw } from "../ui/choices";
import { filterWords } from "../ui/filters";
import { errorText } from "../ui/notices";
import { ENTRIES } from "../measures";
import { provisionalText } from "../provisional";
import { standingText } from "../ui/measure-note";
import { regionOf } from "../unit";
import { picture } from "../values";
import type { Face } from "./face";

export class Tables implements Face {
  private ticket = 0;
  private detail: RegionDetail | null = null;

  constructor(private readonly place: HTMLElement, private readonly context: Context) {
    goPlain();
    place.removeAttribute("class"); // of a map that was begun
    context.store.subscribe((_, changed) => {
      if ((["period", "versus", "measure", "source", "purpose", "resident", "boundaries", "region", "lang"] as const).some((key) => changed.has(key))) void this.load();
    });
    context.on("units", () => this.draw());
    void this.load();
  }
  selectRegion(code: string): void {
    this.context.store.set({ region: code === this.context.city ? "" : code, object: "" });
  }
  openCell(): void { /* there are no cells without a map */ }
  escape(): boolean {
    return false;
  }

  private async load(): Promise<void> {
    const { context } = this;
    const { region, period } = context.state;
    const mine = ++this.ticket;
    context.emit("busy", true);
    try {
      const [detail, series] = await Promise.all([context.data.region(region || context.city, period, context.filters), context.data.series(context.first, period, context.filters)]);
      if (mine !== this.ticket) return;
      this.detail = detail;
      this.tell(context.first, series);
      this.draw();
      document.documentElement.dataset.ready = "1";
    } catch (error) {
      if (mine !== this.ticket) return;
      this.detail = null;
      replace(this.place, this.why(), h("p", { class: "card tables", role: "alert" }, t("errorRegion"), " ", errorText(error), " ",
        h("button", { type: "button", class: "button small", "data-testid": "tables-retry", onclick: () => void this.load() }, t("retry"))));
    } finally {
      if (mine === this.ticket) context.emit("busy", false);
    }
  }
  /** The time bar has its columns from what a map would show. */
  private tell(level: MapLevel, series: Series): void {
    const { context } = this;
    const { period, versus, measure } = context.state;
    context.level = level;
    context.shown = { level, series, picture: picture(series, period, measure, versus), period, measure };
    context.emit("shown", context.shown);
  }

  private why(): HTMLElement {
    return h("p", { class: "why", role: "note", "data-testid": "no-map" }, icon("info", 18), h("span", {}, t("noMap")));
  }
  private draw(): void {
    const { detail, context } = this;
    if (!detail) return;
    const name = context.nameOf(regionOf(detail), detail.name);
    const when = [periodText(context.state.period, language()), filterWords(context)].filter(Boolean).join(" · ");
    redraw(this.place, this.why(), h("div", { class: "card tables" },
      h("nav", { class: "crumbs", "aria-label": t("up") }, detail.path.filter(({ code }) => code !== detail.code).map((step) => [
        h("button", { type: "button", class: "crumb", value: step.code, onclick: () => this.selectRegion(step.code) }, context.nameOf(step.code, step.name)), h("span", { "aria-hidden": "true" }, "/")]),
      h("span", {}, tk("level", detail.level))),
      h("h1", { class: "region-name", "data-code": detail.code, "data-testid": "table-region" }, name),
      this.figures(detail, when),
      this.children(detail, when),
      this.months(detail)));
    announce(`${name}, ${when}: ${volumeText(detail.recorded_l ?? detail.volume_l, language())}`);
  }

  private figures(detail: RegionDetail, when: string): HTMLElement {
    const lang = language();
    const volume = detail.recorded_l ?? detail.volume_l;
    const row = (label: string, value: string, litres?: number | null) => h("tr", {}, h("th", { scope: "row" }, label), h("td", litres === undefined ? {} : { "data-litres": litres ?? "" }, value));
    return h("div", { class: "table-scroll" }, h("table", { "data-testid": "table-figures" },
      h("caption", {}, t("figuresTable"), h("small", {}, when)),
      h("tbody", {},
        row(t("total"), volumeText(volume, lang), volume),
        // What is of no region is in the total, and in no source's months below.
        detail.unassigned_l ? row(t("gap_unassigned"), volumeText(detail.unassigned_l, lang), detail.unassigned_l) : null,
        detail.outside_l ? row(t("gap_outside"), volumeText(detail.outside_l, lang), detail.outside_l) : null,
        row(t("changePrevious"), change(detail.change)),
        row(t("per_km2"), dense(detail.m3_per_km2)),
        (["per_resident", "per_household"] as const).flatMap((measure) => {
          const told = ENTRIES[measure].told(ENTRIES[measure].of({ ...detail, people: detail.population, before_l: detail.previous_l }));
          return told.unit ? [row(tk("measureTitle", measure), `${told.number} ${told.unit}`)] : [];
        }),
        detail.standing ? row(t("measureTitle_percentile"), standingText(detail.standing)) : null,
        detail.provisional.length ? row(t("provisional"), provisionalText(detail.provisional, this.context.state.period)) : null,
        detail.area_km2 ? row(t("areaFigure"), area(detail.area_km2)) : null,
        detail.by_purpose.flatMap(({ purpose, volume_l }) => (volume_l === null ? [] : [row(term(this.context.meta, "purpose", purpose), `${volumeText(volume_l, lang)} · ${percent(shareOf(volume_l, volume))}`)])))));
  }
  /** The parts of the region, the largest user first. */
  private children(detail: RegionDetail, when: string): HTMLElement | null {
    const { context } = this;
    const child = context.childOf(detail.code);
    if (!child || !detail.children.length) return null;
    const rows = [...detail.children].sort((a, b) => (b.volume_l ?? -1) - (a.volume_l ?? -1) || a.code.localeCompare(b.code));
    return h("div", { class: "table-scroll" }, h("table", { "data-testid": "table-ranking" },
      h("caption", {}, t("rankingOf", { level: tk("level", child) }), h("small", {}, when)),
      h("thead", {}, h("tr", {}, [t("region"), t("measure_volume"), t("shareOf", { parent: context.nameOf(regionOf(detail), detail.name) }), t("per_km2"), t("changePrevious")].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, rows.map((row, i) => h("tr", { "data-code": row.code },
        h("th", { scope: "row" }, `${integer(i + 1)} `, h("button", { type: "button", class: "crumb", value: row.code, onclick: () => this.selectRegion(row.code) }, context.nameOf(row.code, row.name))),
        h("td", { "data-litres": row.volume_l ?? "" }, volumeText(row.volume_l, language())),
        h("td", {}, percent(row.share)), h("td", {}, dense(row.m3_per_km2)), h("td", {}, change(row.change)))))));
  }
  private months(detail: RegionDetail): HTMLElement {
    const lang = language();
    const sources = detail.by_source_month.filter((row) => row.volume_l.some((litres) => litres !== null));
    return h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": t("bySource") }, h("table", { "data-testid": "table-months" },
      h("caption", {}, t("bySource"), followedNote(this.context, "source"), detail.unassigned_l || detail.outside_l ? h("small", {}, t("onMap", { level: tk("level", detail.level) })) : null),
      h("thead", {}, h("tr", {}, [t("kind_month"), t("total"), ...sources.map(({ source }) => term(this.context.meta, "source", source))].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, detail.months.map((month, m) => {
        const total = added(sources.map((row) => row.volume_l[m]));
        return h("tr", {}, h("th", { scope: "row" }, periodText(month, lang)), h("td", { "data-litres": total ?? "" }, volumeText(total, lang)), sources.map((row) => h("td", {}, volumeText(row.volume_l[m], lang))));
      }))));
  }
}
function dense(m3PerKm2: number | null): string {
  if (m3PerKm2 === null) return "—";
  const { number, unit } = density(m3PerKm2, language());
  return `${number} ${unit}`;
}

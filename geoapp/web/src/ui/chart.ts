// The place of the twelve-month chart. The chart library is large, so it comes after the map, when first needed.
import type { RegionDetail } from "../api";
import type { Context } from "../context";
import { h, icon, replace } from "../dom";
import { added, monthShort, periodText, volumeText } from "../format";
import { language, listed, t, term } from "../i18n";
import { regionOf } from "../unit";
import type { Chart } from "./chart-draw";
import { OTHER_COLOR, SOURCE_COLORS } from "./colors";
import { followedText } from "./followed";
import { printedMark, printedNote } from "./printed";

export function mountChart(place: HTMLElement, context: Context) {
  const canvas = h("div", { class: "chart", "data-testid": "chart", role: "img" });
  const table = h("table", { class: "visually-hidden" });
  const title = h("h3", {}, t("bySource"));
  const legend = h("ul", { class: "chart-legend", "aria-hidden": "true" });
  const bar = h("p", { class: "bar-line", "data-testid": "bar-line", hidden: true });
  const followed = h("p", { class: "fine", "data-testid": "followed-source", hidden: true });
  const gaps = h("p", { class: "fine", "data-testid": "chart-gaps", hidden: true });
  const provisional = h("p", { class: "fine", "data-testid": "chart-provisional", hidden: true });
  const printed = h("div", { class: "printed-notes", "data-testid": "source-notes" });
  replace(place, title, followed, canvas, legend, gaps, provisional, printed, bar, table);
  context.on("bar", ({ code, month, source }) => {
    bar.hidden = false;
    replace(bar, `${periodText(month, language())} · ${term(context.meta, "source", source)}`,
      h("button", { type: "button", class: "explain-link", "data-testid": "bar-explain", onclick: () => context.store.set({ explain: `region/${code}/${source}`, period: month }) }, t("explain"), icon("chevron", 12)));
  });
  let chart: Chart | null = null;
  let ticket = 0;

  async function draw(detail: RegionDetail): Promise<void> {
    const mine = ++ticket;
    title.textContent = `${t("bySource")} ${yearText(detail.months)}`;
    followed.textContent = followedText(context, "source");
    followed.hidden = !followed.textContent;
    const total = added(detail.by_source_month.map((row) => added(row.volume_l)));
    place.hidden = total === null;
    if (canvas.dataset.drawn !== detail.code) bar.hidden = true;
    drawTable(detail);
    if (total === null) return;
    try {
      await firstMap(); // the map first: the chart's code would compete with it
      const { drawChart } = await import("./chart-draw");
      if (mine !== ticket) return;
      chart = drawChart(canvas, detail, { meta: context.meta, period: context.state.period, choose: (month, source) => choose(detail, month, source) }, chart);
      chart.mark(context.state.period);
      canvas.dataset.drawn = detail.code;
    } catch (error) {
      context.emit("failed", { what: "chart", error, retry: () => void draw(detail) });
    }
  }
  function choose(detail: RegionDetail, month: string, source: string | undefined): void {
    context.store.set({ period: month });
    if (source) context.emit("bar", { code: regionOf(detail), month, source });
  }
  /** The same figures for those who cannot see the chart. */
  function drawTable(detail: RegionDetail): void {
    const lang = language();
    replace(table,
      h("caption", {}, t("bySource")),
      h("tr", {}, h("th", {}, t("source")), detail.months.map((month) => h("th", {}, monthShort(month, lang)))),
      detail.by_source_month.map((row) => h("tr", { "data-source": row.source },
        h("th", {}, term(context.meta, "source", row.source)), row.volume_l.map((litres) => h("td", { "data-litres": litres ?? "" }, volumeText(litres, lang))))));
    const silent = detail.months.filter((_, m) => detail.by_source_month.every((row) => row.volume_l[m] === null));
    replace(gaps, silent.length ? t("monthsWithout", { months: listed(silent.map((month) => monthShort(month, lang))) }) : "");
    gaps.hidden = !silent.length;
    provisional.textContent = detail.provisional_months.length ? t("provisionalChart", { months: listed(detail.provisional_months.map((month) => monthShort(month, lang))) }) : "";
    provisional.hidden = !detail.provisional_months.length;
    replace(printed, detail.by_source_month.map((row) => printedNote(detail, `source/${row.source}`, term(context.meta, "source", row.source))));
    replace(legend, detail.by_source_month.filter((row) => row.volume_l.some((litres) => (litres ?? 0) > 0)).map((row) =>
      h("li", {}, h("i", { style: `background:${SOURCE_COLORS[row.source] ?? OTHER_COLOR}` }), term(context.meta, "source", row.source), printedMark(detail.notes, `source/${row.source}`))));
    canvas.setAttribute("aria-label", `${t("bySource")} · ${detail.name}`);
  }
  return {
    draw: (detail: RegionDetail) => void draw(detail),
    mark: (period: string) => chart?.mark(period),
    clear: () => { ticket++; canvas.removeAttribute("data-drawn"); },
  };
}

function yearText(months: string[]): string {
  const found = [...new Set(months.map((month) => month.slice(0, 4)))];
  return found.join("–");
}
/** Resolves when the first map has been drawn, or after a while without one. */
function firstMap(): Promise<void> {
  return new Promise((resolve) => {
    const started = performance.now();
    const look = () => {
      if (document.documentElement.dataset.ready || performance.now() - started > 5000) resolve();
      else setTimeout(look, 60);
    };
    look();
  });
}

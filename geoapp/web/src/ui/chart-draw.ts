// Use by month, stacked by source (ECharts, only the parts it takes).
import { install as BarChart } from "echarts/lib/chart/bar/install.js";
import { type EChartsType, use } from "echarts/core";
import type { Meta, MonthlyUse } from "../api";
import { calm, h } from "../dom";
import { added, commonUnit, inOwnUnits, monthShort, monthTick, periodText, volumeText } from "../format";
import { language, t, term } from "../i18n";
import { monthsOf } from "../periods";
import { chartIn, compact, QUIET } from "./chart-base";
import { OTHER_COLOR, SOURCE_COLORS } from "./colors";

use(BarChart);

const PALE = { opacity: 0.45, borderColor: "#33474f", borderType: "dashed", borderWidth: 1 };

export interface Chart { mark(period: string): void; instance: EChartsType }
/** What a chart is drawn for: the words of the data, the period that is marked, whether it is in units of its own, and what a click on a bar does. */
export interface ChartHost { meta: Meta; period: string; own?: boolean; choose?(month: string, source: string | undefined): void }

export function drawChart(place: HTMLElement, detail: MonthlyUse, host: ChartHost, before: Chart | null): Chart {
  const instance = before?.instance ?? chartIn(place);
  const lang = language();
  const most = Math.max(...detail.months.map((_, m) => detail.by_source_month.reduce((sum, row) => sum + (row.volume_l[m] ?? 0), 0)));
  const speak = <T>(draw: () => T): T => (host.own ? inOwnUnits(draw) : draw());
  const { name: unit, per } = speak(() => commonUnit(most, lang));
  const oneYear = new Set(detail.months.map((month) => month.slice(0, 4))).size <= 1;
  const named = (month: string): string => (oneYear ? monthShort(month, lang) : month);
  const provisional = new Set(detail.provisional_months);
  const starred = (month: string): string => (provisional.has(month) ? "*" : "");
  const rows = detail.by_source_month.filter((row) => row.volume_l.some((litres) => (litres ?? 0) > 0));
  const option = (period: string) => ({
    animationDuration: calm() ? 0 : 300,
    color: rows.map((row) => SOURCE_COLORS[row.source] ?? OTHER_COLOR),
    grid: { left: 4, right: 6, top: 24, bottom: 2, containLabel: true },
    tooltip: {
      trigger: "axis", axisPointer: { type: "shadow", shadowStyle: { color: "rgba(20,86,122,0.07)" } }, confine: true, padding: 0, borderWidth: 0,
      formatter: (points: { dataIndex: number }[]) => speak(() => tip(points[0]?.dataIndex ?? 0)),
    },
    xAxis: { type: "category", data: detail.months.map(named), axisTick: { show: false }, axisLine: { lineStyle: { color: "#cdd4d3" } }, axisLabel: { ...QUIET, interval: oneYear ? 0 : "auto", fontSize: 10.5, formatter: (text: string, at: number) => (oneYear ? monthTick(detail.months[at], lang) : text) + starred(detail.months[at]) } },
    yAxis: { type: "value", name: unit, nameTextStyle: { ...QUIET, align: "left", padding: [0, 0, 0, -22] }, nameGap: 10, splitNumber: 3, splitLine: { lineStyle: { color: "#e7e6e0" } }, axisLabel: { ...QUIET, formatter: (value: number) => compact(value) } },
    series: rows.map((row, i) => ({
      name: term(host.meta, "source", row.source), type: "bar", stack: "use", barCategoryGap: "28%", emphasis: { focus: "series" },
      // No data is a gap; what may still change is pale, with a broken edge.
      data: row.volume_l.map((litres, m) => (litres === null ? null : provisional.has(detail.months[m]) ? { value: litres / per, itemStyle: PALE } : litres / per)),
      ...(i === 0 ? { markArea: marks(period) } : {}),
    })),
  });
  function marks(period: string) {
    const chosen = monthsOf(period, detail.months);
    if (!chosen.length || chosen.length === detail.months.length) return { data: [] };
    return { silent: true, itemStyle: { color: "rgba(10,92,115,0.10)" }, data: [[{ xAxis: named(chosen[0]) }, { xAxis: named(chosen[chosen.length - 1]) }]] };
  }
  function tip(m: number): HTMLElement {
    const total = added(detail.by_source_month.map((row) => row.volume_l[m]));
    return h("div", { class: "chart-tip" },
      h("strong", {}, periodText(detail.months[m], lang), provisional.has(detail.months[m]) ? ` ${t("provisionalMark")}` : "", h("span", { class: "num" }, volumeText(total, lang))),
      rows.filter((row) => (row.volume_l[m] ?? 0) > 0).map((row) => h("div", {},
        h("i", { style: `background:${SOURCE_COLORS[row.source] ?? OTHER_COLOR}` }), h("span", {}, term(host.meta, "source", row.source)), h("span", { class: "num" }, volumeText(row.volume_l[m], lang)))));
  }
  instance.setOption(option(host.period), true);
  instance.off("click");
  instance.on("click", (event) => {
    const month = detail.months[(event as { dataIndex?: number }).dataIndex ?? -1];
    const source = rows[(event as { seriesIndex?: number }).seriesIndex ?? -1]?.source;
    if (month) host.choose?.(month, source);
  });
  return {
    instance,
    mark: (period) => instance.setOption({ series: [{ markArea: marks(period) }] }),
  };
}

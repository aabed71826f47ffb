// Lines of several regions over the months (ECharts, only the parts it takes). A month without records is a gap, not nought.
import { install as LineChart } from "echarts/lib/chart/line/install.js";
import { type EChartsType, use } from "echarts/core";
import { calm, h } from "../dom";
import { type CommonUnit, monthShort, monthTick, periodText } from "../format";
import { language } from "../i18n";
import { monthsOf } from "../periods";
import { chartIn, compact, QUIET } from "./chart-base";
import type { Line } from "./lines";

use(LineChart);

export interface Lines { instance: EChartsType }
// Colours are not all that tells lines apart.
const SYMBOLS = ["circle", "rect", "triangle", "diamond", "pin"];

export function drawLines(place: HTMLElement, lines: Line[], months: string[], period: string, unit: CommonUnit, before: Lines | null): Lines {
  const instance = before?.instance ?? chartIn(place);
  const lang = language();
  const oneYear = new Set(months.map((month) => month.slice(0, 4))).size <= 1;
  const marked = monthsOf(period, months);
  instance.setOption({
    animationDuration: calm() ? 0 : 300,
    grid: { left: 4, right: 8, top: 12, bottom: 2, containLabel: true },
    tooltip: {
      trigger: "axis", confine: true, padding: 0, borderWidth: 0,
      formatter: (found: { dataIndex: number }[]) => {
        const m = found[0]?.dataIndex ?? 0;
        return h("div", { class: "chart-tip" }, h("strong", {}, periodText(months[m], lang)),
          lines.map((line) => h("div", {}, h("i", { style: `background:${line.color}` }), h("span", {}, line.name), h("span", { class: "num" }, unit.text(line.volume_l[m])))));
      },
    },
    xAxis: { type: "category", data: months, boundaryGap: false, axisTick: { show: false }, axisLine: { lineStyle: { color: "#cdd4d3" } }, axisLabel: { ...QUIET, formatter: (month: string) => (oneYear ? monthTick(month, lang) || monthShort(month, lang) : month) } },
    yAxis: { type: "value", splitNumber: 3, axisLabel: { ...QUIET, formatter: (value: number) => compact(value) }, splitLine: { lineStyle: { color: "#ecebe5" } } },
    series: lines.map((line, i) => ({
      id: line.code, name: line.name, type: "line", data: line.volume_l.map((litres) => (litres === null ? null : litres / unit.per)), connectNulls: false,
      symbol: SYMBOLS[i], symbolSize: 6, lineStyle: { width: 2, color: line.color }, itemStyle: { color: line.color },
      markArea: i === 0 && marked.length && marked.length < months.length ? { silent: true, itemStyle: { color: "rgba(11,92,115,0.09)" }, data: [[{ xAxis: marked[0] }, { xAxis: marked[marked.length - 1] }]] } : { data: [] },
    })),
  }, { notMerge: true });
  instance.resize();
  return { instance };
}

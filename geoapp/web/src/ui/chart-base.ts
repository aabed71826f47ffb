// What charts of months share: the parts of ECharts that each takes, and how their axes are written.
import { GridComponent, MarkAreaComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([GridComponent, MarkAreaComponent, TooltipComponent, SVGRenderer]);

export const QUIET = { color: "#5c6b72", fontSize: 11, fontFamily: "inherit" };
const figures = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
export const compact = (value: number): string => figures.format(value);

/** A new chart, as large as its place is. */
export function chartIn(place: HTMLElement): EChartsType {
  const instance = init(place, null, { renderer: "svg" });
  new ResizeObserver(() => instance.resize()).observe(place);
  return instance;
}

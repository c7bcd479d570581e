/** ECharts with only what is used: bars, SVG. In a chunk of its own, loaded with the first chart. */
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, SVGRenderer]);

export function makeChart(element: HTMLElement): EChartsType {
  return init(element, null, { renderer: "svg" });
}

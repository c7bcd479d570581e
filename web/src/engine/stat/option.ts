/** The certificate statistics as a chart. */
import type { EChartsCoreOption } from "echarts/core";
import type { CertificateStatistics } from "../../api/statistics";

const COLOURS = ["#0958d9", "#08979c", "#d46b08", "#531dab", "#389e0d", "#c41d7f", "#7c6a00", "#5c6b77"];

export function chartOption(data: CertificateStatistics): EChartsCoreOption {
  const rows = data.rows.filter((row) => row.total > 0);
  return {
    color: COLOURS,
    aria: { enabled: true },
    // ECharts 6 lays the legend over the axis unless it is told where to be.
    legend: { top: 0, type: "scroll", textStyle: { color: "#1f2430" } },
    grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
    xAxis: {
      type: "category",
      data: rows.map((row) => row.department.name),
      axisLabel: { interval: 0, hideOverlap: true },
    },
    yAxis: { type: "value", minInterval: 1, name: "本" },
    series: data.columns.map((column) => ({
      type: "bar",
      stack: "all",
      barMaxWidth: 48,
      name: column.title,
      data: rows.map((row) => row.counts[column.key] ?? 0),
    })),
  };
}

/** The certificate statistics as a chart. */
import type { EChartsCoreOption } from "echarts/core";
import type { CertificateStatistics } from "../../api/statistics";

const COLOURS = [
  "#0958d9", "#d46b08", "#08979c", "#c41d7f", "#389e0d", "#531dab",
  "#a8071a", "#7c6a00", "#5c6b77", "#0e7490", "#9a3412", "#4d7c0f",
];

/** The colour of the nth kind: no two kinds of a chart have the same, however many there are. */
export function colourOf(index: number): string {
  return COLOURS[index] ?? `hsl(${Math.round((index * 137.508 + 20) % 360)}, 60%, ${index % 2 ? 34 : 46}%)`;
}

/** What a person looks at: the kinds of which there is at least one. Most companies hold a handful of the twenty. */
export function occurring(data: CertificateStatistics): CertificateStatistics {
  return { ...data, columns: data.columns.filter((column) => (data.totals[column.key] ?? 0) > 0) };
}

export function chartOption(data: CertificateStatistics): EChartsCoreOption {
  const rows = data.rows.filter((row) => row.total > 0);
  return {
    aria: { enabled: true },
    // The legend stands above as text, where it may take as many lines as it needs.
    grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
    xAxis: {
      type: "category",
      data: rows.map((row) => row.department.name),
      axisLabel: { interval: 0, hideOverlap: true },
    },
    yAxis: { type: "value", minInterval: 1 },
    series: data.columns.map((column, index) => ({
      type: "bar",
      stack: "all",
      barMaxWidth: 48,
      name: column.title,
      color: colourOf(index),
      data: rows.map((row) => row.counts[column.key] ?? 0),
    })),
  };
}

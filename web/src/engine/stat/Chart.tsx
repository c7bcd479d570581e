import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { useEffect, useRef } from "react";

/** A chart that follows the size of its place, also when its tab comes back into view. */
export function Chart({ option, label, height = 320 }: { option: EChartsCoreOption; label: string; height?: number }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  useEffect(() => {
    let gone = false;
    const observer = new ResizeObserver(() => chart.current?.resize());
    void import("./chart").then(({ makeChart }) => {
      if (gone || !place.current) return;
      chart.current = makeChart(place.current);
      chart.current.setOption(latest.current);
      observer.observe(place.current);
    });
    return () => {
      gone = true;
      observer.disconnect();
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);
  const latest = useRef(option);
  latest.current = option;
  useEffect(() => {
    chart.current?.setOption(option, true);
  }, [option]);
  return <div ref={place} role="img" aria-label={label} style={{ height }} />;
}

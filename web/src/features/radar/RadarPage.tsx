/** 到期雷达: everything that is due, whichever ledger it stands in, as a list, as a calendar and by department. */
import { CalendarOutlined, ExportOutlined } from "@ant-design/icons";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Segmented, Space } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { describe } from "../../api/problem";
import { radar } from "../../api/radar";
import { Failure } from "../../app/ErrorBoundary";
import type { ScreenProps } from "../../app/screens";
import { count } from "../../shared/format";
import { Loading } from "../../shared/Loading";
import { CalendarDialog } from "./CalendarDialog";
import { Departments } from "./Departments";
import { DueList } from "./DueList";
import { FilterBar } from "./FilterBar";
import { LEVELS, read, within, type View } from "./filters";
import { Levels } from "./Levels";
import { MonthView } from "./MonthView";
import { People } from "./People";
import "./radar.css";

export type Change = (values: Record<string, string | null>) => void;

export default function RadarPage({ page }: ScreenProps) {
  const [params, setParams] = useSearchParams();
  const [subscribing, setSubscribing] = useState(false);
  const { message } = App.useApp();
  const filters = read(params);
  const { source, department, below, q, person, level } = filters;
  const about = { source, department, below: department && !below ? "false" : null, q, person };
  const summary = useQuery({
    queryKey: ["radar", "summary", about, filters.start, filters.until],
    queryFn: () => radar.summary({ ...about, start: filters.start, until: filters.until }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const range = within(filters, level, summary.data?.on);
  const save = useMutation({
    mutationFn: () => radar.export({ ...about, ...range }),
    onSuccess: (name) => message.success(`已下载 ${name}`),
    onError: (error) => message.error(describe(error)),
  });
  // Whatever is changed begins at the first page again.
  const change: Change = (values) => {
    const next = new URLSearchParams(params);
    for (const [key, value] of Object.entries({ page: null, ...values })) {
      if (value) next.set(key, value);
      else next.delete(key);
    }
    setParams(next);
  };
  const data = summary.data;
  if (!data && summary.isError) return <Failure error={summary.error} onRetry={() => void summary.refetch()} />;
  if (!data) return <Loading />;
  const found = level ? (data.levels.find((entry) => entry.level === level)?.count ?? 0) : data.total;
  return (
    <Card
      title={page.title}
      className="radar"
      extra={
        <Space wrap className="no-print">
          <Button icon={<CalendarOutlined aria-hidden />} onClick={() => setSubscribing(true)}>
            日历订阅
          </Button>
          <Button
            icon={<ExportOutlined aria-hidden />}
            disabled={found === 0 || range === null}
            loading={save.isPending}
            onClick={() => save.mutate()}
          >
            {`导出 ${count(found)} 项`}
          </Button>
        </Space>
      }
    >
      <div className="stack">
        <FilterBar filters={filters} choices={data.choices} onChange={change} onReset={() => setParams({})} />
        <Levels levels={data.levels} chosen={level} onChoose={(next) => change({ level: next, view: null })} />
        <Segmented<View>
          className="no-print radar-views"
          aria-label="查看方式"
          value={filters.view}
          options={[
            { value: "list", label: "列表" },
            { value: "calendar", label: "日历" },
            { value: "departments", label: "按部门" },
            { value: "people", label: "按人员" },
          ]}
          // A level is a choice within the list; the other views show all of them.
          onChange={(view) => change(view === "list" ? { view: null } : { view, level: null })}
        />
        {filters.view === "list" && (
          <DueList
            about={about}
            range={range}
            number={filters.page}
            empty={
              level || source || department || q || person
                ? `没有符合条件的到期事项${level ? `（${LEVELS[level].text}）` : ""}，可调整查询条件或重置。`
                : "这段时间没有到期的事项，也没有超期的。可放宽时间范围看看以后的。"
            }
            onPage={(number) => change({ page: String(number) })}
          />
        )}
        {filters.view === "calendar" && <MonthView about={about} month={filters.month} onChange={change} />}
        {filters.view === "people" && (
          <People about={about} range={{ start: filters.start, until: filters.until }} number={filters.page} onChange={change} />
        )}
        {filters.view === "departments" && <Departments summary={data} onChange={change} />}
      </div>
      {subscribing && <CalendarDialog onClose={() => setSubscribing(false)} />}
    </Card>
  );
}

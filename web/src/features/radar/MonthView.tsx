/** A month with how many are due on each day; a day leads to its list. */
import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Calendar, Space } from "antd";
import dayjs from "dayjs";
import { useMemo } from "react";
import type { Query } from "../../api/http";
import { radar } from "../../api/radar";
import { Failure } from "../../app/ErrorBoundary";
import { today } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";
import { usePhone } from "../../shared/usePhone";
import { LEVELS, shifted, sixWeeks } from "./filters";
import type { Change } from "./RadarPage";

export function MonthView({ about, month, onChange }: { about: Query; month: string; onChange: Change }) {
  const phone = usePhone();
  const days = sixWeeks(month);
  // Its own question: a month may lie outside the days that the list was asked for.
  const answer = useQuery({
    queryKey: ["radar", "summary", about, days.start, days.until],
    queryFn: () => radar.summary({ ...about, ...days }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const counts = useMemo(
    () => new Map(answer.data?.days.map(({ day, count }) => [day, count]) ?? []),
    [answer.data],
  );
  if (answer.isError) return <Failure error={answer.error} onRetry={() => void answer.refetch()} />;
  const first = dayjs(`${month}-01`);
  const move = (months: number) => onChange({ month: first.add(months, "month").format("YYYY-MM") });
  const ofMonth = [...counts].reduce((sum, [day, count]) => sum + (day.startsWith(month) ? count : 0), 0);
  return (
    <Calendar
      className="radar-calendar"
      fullscreen={!phone}
      value={first}
      headerRender={() => (
        <div className="radar-month">
          <Space wrap>
            <Button icon={<LeftOutlined aria-hidden />} aria-label="上个月" onClick={() => move(-1)} />
            <b aria-live="polite">{first.format("YYYY 年 M 月")}</b>
            <Button icon={<RightOutlined aria-hidden />} aria-label="下个月" onClick={() => move(1)} />
            <Button onClick={() => onChange({ month: null })}>本月</Button>
          </Space>
          <span className="quiet">{answer.data ? `本月到期 ${ofMonth} 项，点日期查看` : "正在统计…"}</span>
        </div>
      )}
      fullCellRender={(date) => {
        const day = date.format("YYYY-MM-DD");
        return (
          <Day
            day={day}
            outside={!day.startsWith(month)}
            count={counts.get(day) ?? 0}
            onOpen={() => onChange({ start: day, until: day, level: null, view: null, days: null, month: null })}
          />
        );
      }}
    />
  );
}

interface DayProps {
  day: string;
  outside: boolean;
  count: number;
  onOpen: () => void;
}

function Day({ day, outside, count, onOpen }: DayProps) {
  const now = today();
  const name = ["radar-day", outside && "radar-day-outside", day === now && "radar-day-today"].filter(Boolean).join(" ");
  const number = (
    <>
      {Number(day.slice(8))}
      {day === now && <small>今天</small>}
    </>
  );
  if (count === 0) return <div className={name}>{number}</div>;
  const level = day < now ? "overdue" : day <= shifted(now, 7) ? "red" : day <= shifted(now, 30) ? "orange" : "yellow";
  return (
    <button type="button" className={name} onClick={onOpen}>
      <span className="sr-only">{`${day}：${count} 项，${LEVELS[level].text}，查看`}</span>
      <span aria-hidden className="radar-day-face">
        {number}
        <StatusTag tone={LEVELS[level].tone}>{`${count} 项`}</StatusTag>
      </span>
    </button>
  );
}

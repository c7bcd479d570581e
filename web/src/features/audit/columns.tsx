/** The list's columns, and the one of a phone. */
import { Button, type TableColumnType } from "antd";
import type { Entry } from "../../api/audit";
import { StatusTag } from "../../shared/StatusTag";
import { RESULTS } from "./filters";
import { summary } from "./merge";

const SECONDS = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** With seconds: the order of two actions is what an auditor asks about. */
export const exactTime = (value: string) => SECONDS.format(new Date(value));

const who = (entry: Entry) => entry.name ?? entry.username ?? "系统";
const tag = (entry: Entry) => <StatusTag tone={RESULTS[entry.result].tone}>{RESULTS[entry.result].text}</StatusTag>;

export function columns(titles: Record<string, string>, open: (entry: Entry) => void): TableColumnType<Entry>[] {
  return [
    { title: "时间", dataIndex: "at", width: 170, fixed: "left", render: exactTime },
    { title: "人员", key: "who", width: 110, ellipsis: true, render: (_, entry) => who(entry) },
    {
      title: "操作",
      key: "action",
      width: 150,
      render: (_, entry) => (
        <Button type="link" size="small" style={{ padding: 0 }} onClick={() => open(entry)}>
          {entry.action_title}
        </Button>
      ),
    },
    { title: "对象", dataIndex: "object_title", width: 150, ellipsis: true },
    { title: "结果", key: "result", width: 90, render: (_, entry) => tag(entry) },
    { title: "内容", key: "summary", width: 320, ellipsis: true, render: (_, entry) => summary(entry) || "—" },
    { title: "来源地址", dataIndex: "address", width: 130, ellipsis: true, render: (text) => text ?? "—" },
    { title: "服务", dataIndex: "service", width: 120, ellipsis: true, render: (name) => titles[name] ?? name },
  ];
}

export function phoneColumns(open: (entry: Entry) => void): TableColumnType<Entry>[] {
  return [
    {
      title: "操作",
      key: "one",
      render: (_, entry) => (
        <button type="button" className="audit-card" onClick={() => open(entry)}>
          <span>
            <strong>{entry.action_title}</strong> · {entry.object_title} {tag(entry)}
          </span>
          <span className="quiet">
            {exactTime(entry.at)} {who(entry)} {entry.address ?? ""}
          </span>
        </button>
      ),
    },
  ];
}

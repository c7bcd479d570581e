/** One action: who, when, from where, with what result, and what it changed. */
import { Alert, Descriptions, Drawer, Table, Typography } from "antd";
import { Link } from "react-router";
import type { Entry } from "../../api/audit";
import { StatusTag } from "../../shared/StatusTag";
import { exactTime } from "./columns";
import { historyOf, RESULTS } from "./filters";
import { changesOf, spoken, type Change } from "./merge";

interface Props {
  entry: Entry | null;
  titles: Record<string, string>;
  onClose: () => void;
}

export function EntryDrawer({ entry, titles, onClose }: Props) {
  if (!entry) return null;
  const changes = changesOf(entry);
  const detail = Object.entries(entry.detail ?? {});
  const result = RESULTS[entry.result];
  return (
    <Drawer open size={640} title={`${entry.action_title} · ${entry.object_title}`} onClose={onClose}>
      <div className="stack">
        {entry.result === "refused" && <Alert type="warning" showIcon title="此操作被系统拒绝，没有产生任何改动。" />}
        <Descriptions
          size="small"
          column={1}
          bordered
          items={[
            { key: "at", label: "时间", children: exactTime(entry.at) },
            { key: "who", label: "人员", children: entry.name ? `${entry.name}（${entry.username}）` : (entry.username ?? "系统") },
            { key: "result", label: "结果", children: <StatusTag tone={result.tone}>{result.text}</StatusTag> },
            { key: "service", label: "服务", children: titles[entry.service] ?? entry.service },
            {
              key: "object",
              label: "对象",
              children: entry.object_id ? (
                <>
                  <Typography.Text copyable>{entry.object_id}</Typography.Text>{" "}
                  <Link to={historyOf(entry.service, entry.object_type, entry.object_id)} onClick={onClose}>
                    历史
                  </Link>
                </>
              ) : (
                "—"
              ),
            },
            { key: "address", label: "来源地址", children: entry.address ?? "—" },
            { key: "agent", label: "客户端", children: entry.user_agent ?? "—" },
            {
              key: "trace",
              label: "追踪编号",
              children: entry.trace_id ? <Typography.Text copyable>{entry.trace_id}</Typography.Text> : "—",
            },
            { key: "id", label: "记录编号", children: <Typography.Text copyable>{entry.id}</Typography.Text> },
          ]}
        />
        {changes.length > 0 && (
          <Table<Change>
            size="small"
            rowKey="key"
            pagination={false}
            dataSource={changes}
            title={() => "改动内容"}
            columns={[
              { title: "字段", dataIndex: "label", width: 140 },
              { title: "改动前", dataIndex: "before", render: (value, { key }) => (entry.before ? spoken(value, entry.spoken[key]) : "—") },
              {
                title: "改动后",
                dataIndex: "after",
                render: (value, { key }) => (entry.after ? <strong>{spoken(value, entry.spoken[key])}</strong> : "—"),
              },
            ]}
          />
        )}
        {detail.length > 0 && (
          <Descriptions
            size="small"
            column={1}
            bordered
            title="说明"
            items={detail.map(([key, value]) => ({ key, label: entry.labels[key] ?? key, children: spoken(value, entry.spoken[key]) }))}
          />
        )}
      </div>
    </Drawer>
  );
}

/** Everything that one person may do, and why. */
import { useQuery } from "@tanstack/react-query";
import { Alert, Drawer, Input, Skeleton, Table } from "antd";
import { useState } from "react";
import { describe } from "../../api/problem";
import { roles, type Effective, type Source } from "../../api/roles";
import { dateTime } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";
import { toneOf } from "../../app/theme";
import { StatusTag } from "../../shared/StatusTag";

type Row = Effective["permissions"][number];

export function EffectiveDrawer({ user, onClose }: { user: string | null; onClose: () => void }) {
  const [text, setText] = useState("");
  const shown = useQuery({
    queryKey: ["roles", "effective", user],
    queryFn: () => roles.effective(user ?? ""),
    enabled: user !== null,
  });
  const wanted = text.trim();
  const rows = (shown.data?.permissions ?? []).filter((row) =>
    [row.service, row.resource, row.verb, row.permission].some((word) => word.includes(wanted)),
  );
  return (
    <Drawer
      open={user !== null}
      onClose={onClose}
      size={860}
      title={shown.data ? `${shown.data.user.name}（${shown.data.user.department}）的全部权限` : "全部权限"}
      destroyOnHidden
    >
      {shown.isPending && <Skeleton active />}
      {shown.isError && <Alert type="error" showIcon title={describe(shown.error)} />}
      {shown.data && (
        <div className="stack">
          {shown.data.blocked && (
            <Alert
              type="warning"
              showIcon
              title={
                shown.data.blocked === "disabled"
                  ? "账号已停用：以下权限现在都不起作用。"
                  : "首次登录须先修改密码：在此之前以下权限都不起作用。"
              }
            />
          )}
          <ul className="plain" aria-label="权限来源">
            {shown.data.sources.map((source, index) => (
              <li key={index}>
                <StatusTag tone={toneOf(source.kind === "delegation" ? "purple" : "blue")}>{index + 1}</StatusTag>
                {sentence(source)}
              </li>
            ))}
            {!shown.data.sources.length && <li className="quiet">没有任何角色</li>}
          </ul>
          {shown.data.later.length > 0 && (
            <p className="quiet">
              {`以后开始：${shown.data.later.map((one) => `${one.name}（${one.valid_from} 起）`).join("、")}`}
            </p>
          )}
          <Input.Search
            allowClear
            placeholder="按对象或操作筛选"
            aria-label="按对象或操作筛选"
            onChange={(event) => setText(event.target.value)}
          />
          <Table<Row>
            size="small"
            rowKey="permission"
            dataSource={rows}
            pagination={{ pageSize: 50, hideOnSinglePage: true, showTotal: (total) => `共 ${total} 项` }}
            scroll={{ x: 560 }}
            columns={[
              { title: "系统", dataIndex: "service", width: 130 },
              { title: "对象", dataIndex: "resource" },
              {
                title: "操作",
                dataIndex: "verb",
                width: 150,
                render: (verb: string, row) => (row.planned ? `${verb}（规划中）` : verb),
              },
              {
                title: "来自",
                dataIndex: "sources",
                width: 120,
                render: (places: number[]) =>
                  places.map((place) => (
                    <StatusTag key={place} tone={toneOf(shown.data.sources[place]!.kind === "delegation" ? "purple" : "blue")}>
                      {place + 1}
                    </StatusTag>
                  )),
              },
            ]}
            locale={{ emptyText: <Nothing>{wanted ? "没有符合条件的权限" : "没有任何权限"}</Nothing> }}
          />
        </div>
      )}
    </Drawer>
  );
}

/** Where permissions come from, how far they reach, until when, as one sentence. */
export function sentence(source: Source): string {
  const where = source.scope.departments.length ? `（${source.scope.departments.join("、")}）` : "";
  const from = source.kind === "delegation" ? `${source.from?.name ?? ""} 委托的 ` : "角色 ";
  const until = source.valid_to
    ? `，至 ${source.kind === "delegation" ? dateTime(source.valid_to) : source.valid_to}`
    : "";
  return `${from}${source.role.name}，数据范围 ${source.scope.title}${where}${until}`;
}

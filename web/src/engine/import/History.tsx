/** The imports of this ledger, newest first. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Card, Table } from "antd";
import { useState } from "react";
import { imports } from "../../api/ledgers";
import { describe } from "../../api/problem";
import type { ImportJob } from "../../api/types";
import type { Tone } from "../../app/theme";
import { dateTime } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";
import { useEngine } from "../field/context";
import { STATES } from "./flow";
import { Nothing } from "../../shared/Nothing";

const TONES: Record<ImportJob["state"], Tone> = {
  queued: "blue",
  parsing: "blue",
  ready: "orange",
  confirming: "blue",
  confirmed: "green",
  failed: "red",
  cancelled: "grey",
};

export function History({ onOpen }: { onOpen: (job: ImportJob) => void }) {
  const { ledger } = useEngine();
  const [page, setPage] = useState(1);
  const history = useQuery({
    queryKey: ["imports", ledger.slug, page],
    queryFn: () => imports.history(ledger.slug, page),
    placeholderData: keepPreviousData,
  });
  return (
    <Card title="导入历史" size="small">
      <Table<ImportJob>
        size="small"
        rowKey="id"
        loading={history.isPending}
        dataSource={history.data?.items ?? []}
        scroll={{ x: 860 }}
        locale={{ emptyText: <Nothing>{history.isError ? describe(history.error) : "还没有导入过"}</Nothing> }}
        pagination={{
          current: page,
          pageSize: 10,
          total: history.data?.total ?? 0,
          onChange: setPage,
          hideOnSinglePage: true,
          showSizeChanger: false,
        }}
        columns={[
          { title: "时间", dataIndex: "created_at", width: 150, render: dateTime },
          { title: "文件", dataIndex: "file_name", ellipsis: true },
          { title: "操作人", dataIndex: "created_by_name", width: 110 },
          {
            title: "状态",
            dataIndex: "state",
            width: 90,
            render: (state: ImportJob["state"]) => <StatusTag tone={TONES[state]}>{STATES[state]}</StatusTag>,
          },
          { title: "行数", dataIndex: "rows", width: 80, align: "right" },
          { title: "新增", dataIndex: "created", width: 80, align: "right" },
          { title: "更新", dataIndex: "updated", width: 80, align: "right" },
          { title: "有错误", dataIndex: "invalid", width: 80, align: "right" },
          {
            title: "操作",
            width: 80,
            render: (_, job) => (
              <Button type="link" size="small" onClick={() => onOpen(job)}>
                查看
              </Button>
            ),
          },
        ]}
      />
    </Card>
  );
}

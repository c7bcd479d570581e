/** The imports of this ledger, newest first. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Space, Table } from "antd";
import { useState } from "react";
import { imports } from "../../api/ledgers";
import { describe } from "../../api/problem";
import type { ImportJob } from "../../api/types";
import type { Tone } from "../../app/theme";
import { dateTime } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";
import { useEngine } from "../field/context";
import { isOpen, stateWords } from "./flow";
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

interface Props {
  onOpen: (job: ImportJob) => void;
  onDropped: (job: ImportJob) => void;
}

export function History({ onOpen, onDropped }: Props) {
  const { ledger } = useEngine();
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const drop = useMutation({
    mutationFn: (job: ImportJob) => imports.cancel(ledger.slug, job.id),
    onSuccess: (_, job) => {
      message.info("已放弃这次导入，没有写入任何数据");
      onDropped(job);
    },
    onError: (error) => message.error(describe(error)),
    onSettled: async (_, _error, job) => {
      await client.invalidateQueries({ queryKey: ["import", ledger.slug, job.id] });
      await client.invalidateQueries({ queryKey: ["imports", ledger.slug] });
    },
  });
  const askToDrop = async (job: ImportJob) => {
    const sure = await modal.confirm({
      title: `放弃“${job.file_name}”的导入？`,
      content: "上传的内容将被清除，不会写入任何数据。",
      okText: "放弃",
      okButtonProps: { danger: true },
      cancelText: "取消",
    });
    if (sure) drop.mutate(job);
  };
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
        scroll={{ x: 1000 }}
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
            width: 190,
            render: (state: ImportJob["state"], job) => (
              <StatusTag tone={job.expired && state === "ready" ? "grey" : TONES[state]}>{stateWords(job)}</StatusTag>
            ),
          },
          { title: "行数", dataIndex: "rows", width: 80, align: "right" },
          { title: "新增", dataIndex: "created", width: 80, align: "right" },
          { title: "更新", dataIndex: "updated", width: 80, align: "right" },
          { title: "有错误", dataIndex: "invalid", width: 80, align: "right" },
          {
            title: "操作",
            width: 120,
            render: (_, job) => (
              <Space size={0} className="row-actions">
                <Button type="link" size="small" onClick={() => onOpen(job)}>
                  {isOpen(job) ? "打开" : "查看"}
                </Button>
                {isOpen(job) && (
                  <Button type="link" size="small" danger onClick={() => void askToDrop(job)}>
                    放弃
                  </Button>
                )}
              </Space>
            ),
          },
        ]}
      />
    </Card>
  );
}

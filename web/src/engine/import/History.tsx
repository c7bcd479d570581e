/** The imports of this ledger, newest first. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Space, Table } from "antd";
import { useState } from "react";
import type { ImportJob } from "../../api/imports";
import { describe } from "../../api/problem";
import type { Tone } from "../../app/theme";
import { dateTime } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";
import { Nothing } from "../../shared/Nothing";
import { isOpen, stateWords, undoUntil } from "./flow";
import { useSource } from "./source";
import { useUndo } from "./useUndo";

const TONES: Record<ImportJob["state"], Tone> = {
  queued: "blue",
  parsing: "blue",
  mapping: "orange",
  ready: "orange",
  confirming: "blue",
  confirmed: "green",
  undoing: "blue",
  undone: "grey",
  failed: "red",
  cancelled: "grey",
};

interface Props {
  onOpen: (job: ImportJob) => void;
  onChanged: (job: ImportJob) => void;
  onDropped: (job: ImportJob) => void;
}

export function History({ onOpen, onChanged, onDropped }: Props) {
  const { key, api } = useSource();
  const undo = useUndo(onChanged);
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const drop = useMutation({
    mutationFn: (job: ImportJob) => api.cancel(job.id),
    onSuccess: (_, job) => {
      message.info("已放弃这次导入，没有写入任何数据");
      onDropped(job);
    },
    onError: (error) => message.error(describe(error)),
    onSettled: async (_, _error, job) => {
      await client.invalidateQueries({ queryKey: ["import", key, job.id] });
      await client.invalidateQueries({ queryKey: ["imports", key] });
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
    queryKey: ["imports", key, page],
    queryFn: () => api.history(page),
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
              <StatusTag tone={job.expired && (state === "ready" || state === "mapping") ? "grey" : TONES[state]}>{stateWords(job)}</StatusTag>
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
                {undoUntil(job) && (
                  <Button
                    type="link"
                    size="small"
                    danger
                    title={`${undoUntil(job)} 之前可以撤销`}
                    disabled={undo.busy}
                    onClick={() => void undo.ask(job)}
                  >
                    撤销
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

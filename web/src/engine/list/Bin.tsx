/** The recycle bin of a ledger: what was deleted, and bringing it back. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Drawer, Input, Table } from "antd";
import { useState } from "react";
import { describe } from "../../api/problem";
import { rows as api, type DeletedRow } from "../../api/rows";
import { Failure } from "../../app/ErrorBoundary";
import { Nothing } from "../../shared/Nothing";
import { count, dateTime } from "../../shared/format";
import { usePhone } from "../../shared/usePhone";
import type { LedgerManifest } from "../schema";

export default function Bin({ ledger, onClose }: { ledger: LedgerManifest; onClose: () => void }) {
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const phone = usePhone();
  const [page, setPage] = useState(1);
  const [q, setQ] = useState("");
  const [picked, setPicked] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const found = useQuery({
    queryKey: ["rows", ledger.slug, "bin", page, q],
    queryFn: () => api.bin(ledger.slug, { page, size: 20, q: q || undefined }),
    placeholderData: keepPreviousData,
  });

  async function restore(ids: string[]) {
    setBusy(true);
    try {
      const result = await api.batchRestore(ledger.slug, ids);
      const failed = result.results.filter((one) => one.message);
      if (result.done) message.success(`已恢复 ${count(result.done)} 条`);
      if (failed.length) {
        const titles = new Map(found.data?.items.map((row) => [row.id, row.title]));
        modal.warning({
          title: `有 ${failed.length} 条不能恢复`,
          content: failed.map((one) => <p key={one.id}>{`${titles.get(one.id) ?? "记录"}：${one.message}`}</p>),
        });
      }
      setPicked([]);
    } catch (error) {
      message.error(describe(error));
    } finally {
      setBusy(false);
      await client.invalidateQueries({ queryKey: ["rows", ledger.slug] });
    }
  }

  return (
    <Drawer
      open
      onClose={onClose}
      size={760}
      title={`${ledger.title} · 回收站`}
      extra={
        <Button
          type="primary"
          disabled={!picked.length}
          loading={busy}
          onClick={() => void restore(picked)}
        >{`恢复${picked.length ? ` ${picked.length} 条` : ""}`}</Button>
      }
    >
      <Input.Search
        allowClear
        placeholder="在已删除的记录中查找"
        aria-label="在已删除的记录中查找"
        className="bin-search"
        onSearch={(text) => {
          setQ(text.trim());
          setPage(1);
        }}
      />
      {found.isError ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <Table<DeletedRow>
          rowKey="id"
          size="small"
          loading={found.isPending}
          dataSource={found.data?.items ?? []}
          rowSelection={{
            selectedRowKeys: picked,
            onChange: (keys) => setPicked(keys.map(String)),
            getCheckboxProps: (row) => ({ "aria-label": `选择 ${row.title}` }) as object,
          }}
          columns={[
            { title: "记录", dataIndex: "title" },
            ...(phone ? [] : [{ title: "部门", dataIndex: "dept_name", width: 130 }]),
            {
              title: "删除",
              key: "deleted",
              width: phone ? 120 : 190,
              render: (_: unknown, row: DeletedRow) => (
                <span className="quiet">
                  {row.deleted_by_name} {dateTime(row.deleted_at)}
                </span>
              ),
            },
          ]}
          locale={{ emptyText: <Nothing>{q ? "没有找到" : "回收站是空的"}</Nothing> }}
          pagination={{
            current: page,
            pageSize: 20,
            total: found.data?.total ?? 0,
            showSizeChanger: false,
            simple: phone,
            onChange: (next) => {
              setPage(next);
              setPicked([]);
            },
          }}
        />
      )}
    </Drawer>
  );
}

/** What came in and went out of one row, the newest first, each with the stock after it. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Skeleton } from "antd";
import { movements as api, type Movement } from "../../api/movements";
import { describe } from "../../api/problem";
import { Failure } from "../../app/ErrorBoundary";
import { Nothing } from "../../shared/Nothing";
import { dateTime } from "../../shared/format";
import { useEngine } from "../field/context";
import type { Row } from "../schema";
import { Change, Kind } from "./Kind";
import { stockOf, withUnit } from "./stock";
import "./movements.css";

export default function Log({ row }: { row: Row }) {
  const { ledger } = useEngine();
  const reverse = useReversal(row);
  const found = useInfiniteQuery({
    queryKey: ["rows", ledger.slug, "movements", row.id],
    queryFn: ({ pageParam }) => api.log(ledger.slug, row.id, pageParam),
    initialPageParam: 1,
    getNextPageParam: (last) => (last.page * last.size < last.total ? last.page + 1 : undefined),
  });
  if (found.isPending) return <Skeleton active />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const items = found.data.pages.flatMap((page) => page.items);
  if (!items.length) {
    return (
      <Nothing>
        {ledger.permissions.update ? "还没有出入库记录，可点上方“登记出入库”记第一笔" : "还没有出入库记录"}
      </Nothing>
    );
  }
  const unit = ledger.movements ? stockOf(ledger.movements, row).unit : null;
  return (
    <>
      <ol className="plain movement-log">
        {items.map((entry) => (
          <li key={entry.id}>
            <div className="movement-line">
              <span className="number">{entry.happened_on}</span>
              <Kind entry={entry} />
              <Change entry={entry} unit={unit} />
              <span className="movement-balance">
                结存 <strong className="number">{withUnit(entry.after, unit)}</strong>
              </span>
            </div>
            <div className="movement-about">
              <span>{about(entry)}</span>
              {ledger.permissions.update && !entry.reverses && !entry.reversed_by && (
                <Button
                  type="link"
                  size="small"
                  aria-label={`冲销 ${entry.happened_on} ${entry.kind_label} ${entry.amount}`}
                  onClick={() => reverse(entry, unit)}
                >
                  冲销
                </Button>
              )}
            </div>
            <div className="quiet">
              {entry.created_by_name ?? "系统"} 登记于 {dateTime(entry.created_at)}
            </div>
          </li>
        ))}
      </ol>
      {found.hasNextPage && (
        <Button block loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          更早的记录
        </Button>
      )}
    </>
  );
}

function about(entry: Movement): string {
  return [
    entry.person,
    entry.purpose && (entry.reverses ? `冲销原因：${entry.purpose}` : entry.purpose),
    entry.voucher && `单号 ${entry.voucher}`,
    entry.remark,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Asks for the reason, and takes an entry back by another one. */
function useReversal(row: Row) {
  const { ledger } = useEngine();
  const { modal, message } = App.useApp();
  const client = useQueryClient();
  return (entry: Movement, unit: string | null) => {
    let reason = "";
    modal.confirm({
      title: `冲销这笔${entry.kind_label}（${withUnit(entry.change, unit)}）？`,
      content: (
        <>
          <p>原记录保留并标为“已冲销”，库存按相反方向改回来。冲销后不能再撤销。</p>
          <Input
            aria-label="冲销原因"
            placeholder="冲销原因，例：多登记了一次"
            maxLength={200}
            autoFocus
            onChange={(event) => {
              reason = event.target.value;
            }}
          />
        </>
      ),
      okText: "冲销",
      okButtonProps: { danger: true },
      cancelText: "取消",
      // A promise that fails keeps the question open.
      onOk: async () => {
        if (!reason.trim()) {
          message.warning("请填写冲销原因");
          throw new Error("no reason");
        }
        try {
          const made = await api.reverse(ledger.slug, row.id, entry.id, reason.trim());
          message.success(`已冲销，现有 ${withUnit(made.after, unit)}`);
        } catch (error) {
          message.error(describe(error));
        }
        await client.invalidateQueries({ queryKey: ["rows", ledger.slug] });
      },
    });
  };
}

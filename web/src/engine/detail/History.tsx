/** Who changed what of a row, the newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Skeleton, Timeline } from "antd";
import { rows, type Change } from "../../api/rows";
import { Failure } from "../../app/ErrorBoundary";
import { Nothing } from "../../shared/Nothing";
import { dateTime } from "../../shared/format";
import { useEngine } from "../field/context";

const COLORS: Record<Change["kind"], string> = { create: "green", update: "blue", delete: "red", restore: "gray" };

export default function History({ id }: { id: string }) {
  const { ledger } = useEngine();
  const found = useInfiniteQuery({
    queryKey: ["rows", ledger.slug, "history", id],
    queryFn: ({ pageParam }) => rows.history(ledger.slug, id, pageParam),
    initialPageParam: 1,
    getNextPageParam: (last) => (last.page * last.size < last.total ? last.page + 1 : undefined),
  });
  if (found.isPending) return <Skeleton active />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const items = found.data.pages.flatMap((page) => page.items);
  if (!items.length) return <Nothing>还没有修改历史</Nothing>;
  return (
    <>
      <Timeline
        className="row-history"
        items={items.map((change) => ({
          key: change.version,
          color: COLORS[change.kind],
          content: <One change={change} />,
        }))}
      />
      {found.hasNextPage && (
        <Button block loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          更早的修改
        </Button>
      )}
    </>
  );
}

function One({ change }: { change: Change }) {
  return (
    <>
      <div>
        <strong>{change.by_name ?? "系统"}</strong> {change.kind_label}{" "}
        <span className="quiet">
          {dateTime(change.at)} · {change.via_label} · 第 {change.version} 版
        </span>
      </div>
      {change.changes.length > 0 && (
        <ul className="plain">
          {change.changes.map((field) => (
            <li key={field.field}>
              {field.title}：<del className="quiet">{field.before ?? "（空）"}</del> → {field.after ?? "（空）"}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** One page after another of the notices that a question means, each with the way to its row. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Pagination, Skeleton } from "antd";
import { notices, type NoticeQuery } from "../../api/notices";
import { Failure } from "../../app/ErrorBoundary";
import { NoticeLine, useReadNotice } from "./NoticeLine";

const SIZE = 20;

interface Props {
  query: NoticeQuery;
  page: number;
  onPage: (page: number) => void;
  label?: string;
  /** Within a group every notice is of the same ledger and department. */
  placed?: boolean;
}

export function NoticeList({ query, page, onPage, label = "提醒列表", placed = true }: Props) {
  const list = useQuery({
    queryKey: ["notices", "list", query, page],
    queryFn: () => notices.list({ ...query, sort: "nearest", page, size: SIZE }),
    placeholderData: keepPreviousData,
  });
  const read = useReadNotice();
  if (list.isPending) return <Skeleton active className="pad" />;
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <ul className="plain notices" aria-label={label}>
        {list.data.items.map((notice) => (
          <li key={notice.id}>
            <NoticeLine notice={notice} placed={placed} />
            <span className="notice-actions">
              {notice.read_at ? (
                <span className="quiet">已读</span>
              ) : (
                <Button type="link" size="small" onClick={() => read.mutate(notice.id)}>
                  标为已读
                </Button>
              )}
            </span>
          </li>
        ))}
      </ul>
      {list.data.total > SIZE && (
        <Pagination
          align="end"
          size="small"
          current={page}
          pageSize={SIZE}
          total={list.data.total}
          showSizeChanger={false}
          showTotal={(total) => `共 ${total} 条`}
          onChange={onPage}
        />
      )}
    </>
  );
}

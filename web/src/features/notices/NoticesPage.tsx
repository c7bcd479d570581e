/** 提醒中心: all notices, unread first to work through, each with the way to its row. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Empty, Pagination, Segmented, Skeleton, Space } from "antd";
import { useSearchParams } from "react-router";
import { LEVELS as ORDER, notices } from "../../api/notices";
import { describe } from "../../api/problem";
import { Failure } from "../../app/ErrorBoundary";
import { LEVELS, NoticeLine, useReadNotice } from "./NoticeLine";

const SIZE = 20;

export default function NoticesPage() {
  const [params, setParams] = useSearchParams();
  const { message } = App.useApp();
  const client = useQueryClient();
  const onlyUnread = params.get("show") !== "all";
  const level = ORDER.find((known) => known === params.get("level"));
  const page = Number(params.get("page")) || 1;
  const list = useQuery({
    queryKey: ["notices", "list", onlyUnread, level, page],
    queryFn: () => notices.list({ page, size: SIZE, ...(onlyUnread ? { unread: true } : {}), ...(level ? { level } : {}) }),
    placeholderData: keepPreviousData,
  });
  const readOne = useReadNotice();
  const readAll = useMutation({
    mutationFn: notices.readAll,
    onSuccess: () => message.success("已全部标为已读"),
    onError: (error) => message.error(describe(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["notices"] }),
  });
  /** Another view of the list, from its first page on. */
  const change = (key: "show" | "level" | "page", value: string) => {
    const next = new URLSearchParams(params);
    next.delete("page");
    if (value) next.set(key, value);
    else next.delete(key);
    setParams(next);
  };
  return (
    <Card
      title={`提醒中心${list.data ? `（未读 ${list.data.unread}）` : ""}`}
      extra={
        <Button disabled={!list.data?.unread} loading={readAll.isPending} onClick={() => readAll.mutate()}>
          全部标为已读
        </Button>
      }
    >
      <Space wrap>
        <Segmented
          aria-label="显示哪些提醒"
          value={onlyUnread ? "unread" : "all"}
          onChange={(value) => change("show", value === "all" ? "all" : "")}
          options={[
            { value: "unread", label: "未读" },
            { value: "all", label: "全部" },
          ]}
        />
        <Segmented
          aria-label="显示哪一级提醒"
          value={level ?? ""}
          onChange={(value) => change("level", value)}
          options={[
            { value: "", label: "各级" },
            ...ORDER.map((value) => ({ value: value as string, label: LEVELS[value]?.text })),
          ]}
        />
      </Space>
      {list.isPending && <Skeleton active className="pad" />}
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.items.length === 0 && (
        <Empty description={onlyUnread ? "没有未读提醒" : "还没有提醒。证书、设备、物资临近到期时会出现在这里。"} />
      )}
      <ul className="plain notices" aria-label="提醒列表">
        {list.data?.items.map((notice) => (
          <li key={notice.id}>
            <NoticeLine notice={notice} />
            <Space className="notice-actions">
              {notice.read_at ? (
                <span className="quiet">已读</span>
              ) : (
                <Button type="link" size="small" onClick={() => readOne.mutate(notice.id)}>
                  标为已读
                </Button>
              )}
            </Space>
          </li>
        ))}
      </ul>
      {list.data && list.data.total > SIZE && (
        <Pagination
          align="end"
          current={page}
          pageSize={SIZE}
          total={list.data.total}
          showSizeChanger={false}
          showTotal={(total) => `共 ${total} 条`}
          onChange={(next) => change("page", String(next))}
        />
      )}
    </Card>
  );
}

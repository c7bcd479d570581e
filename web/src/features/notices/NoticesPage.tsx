/** 提醒中心: what wants attention, by ledger and department or as one list, each notice with the way to its row. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Empty, Input, Segmented, Select, Skeleton, Space } from "antd";
import { useSearchParams } from "react-router";
import { notices, type NoticeQuery } from "../../api/notices";
import { describe } from "../../api/problem";
import { Failure } from "../../app/ErrorBoundary";
import { count } from "../../shared/format";
import { Groups } from "./Groups";
import { LEVELS } from "./levels";
import { NoticeList } from "./NoticeList";

const FILTERS = ["level", "ledger", "department", "q"] as const;

export default function NoticesPage() {
  const [params, setParams] = useSearchParams();
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const onlyUnread = params.get("show") !== "all";
  const asList = params.get("view") === "list";
  const shown: NoticeQuery = onlyUnread ? { unread: true } : {};
  const filters = Object.fromEntries(FILTERS.flatMap((key) => (params.get(key) ? [[key, params.get(key)!]] : [])));
  const filtered = Object.keys(filters).length > 0;
  const groupsOf = (query: NoticeQuery) => ({
    queryKey: ["notices", "groups", query],
    queryFn: () => notices.groups(query),
    placeholderData: keepPreviousData,
  });
  // All groups are what there is to choose from; the chosen ones are what is shown.
  const all = useQuery(groupsOf(shown));
  const found = useQuery(groupsOf({ ...shown, ...filters }));
  const readAll = useMutation({
    mutationFn: notices.readAll,
    onSuccess: ({ read }) => message.success(`已将 ${read} 条标为已读`),
    onError: (error) => message.error(describe(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["notices"] }),
  });
  /** Marks what a question means; what it means is asked again where it is more than one group. */
  const mark = ({ unread: _, ...query }: NoticeQuery, sure?: string) => {
    if (!sure) return readAll.mutate(query);
    void modal.confirm({
      title: sure,
      content: "标为已读只表示看过；到期的事项仍在到期雷达中，逾期未处理的会继续上报。",
      okText: "标为已读",
      onOk: () => readAll.mutateAsync(query).catch(() => undefined),
    });
  };
  const change = (values: Record<string, string | null | undefined>) => {
    const next = new URLSearchParams(params);
    for (const [key, value] of Object.entries({ page: null, ...values })) {
      if (value) next.set(key, value);
      else next.delete(key);
    }
    setParams(next);
  };
  const total = found.data?.total ?? 0;
  const query: NoticeQuery = { ...shown, ...filters };
  return (
    <Card
      className="notices-page"
      title={`提醒中心${all.data && onlyUnread ? `（未读 ${count(all.data.total)}）` : ""}`}
      extra={
        onlyUnread && (
          <Button
            disabled={total === 0}
            loading={readAll.isPending}
            onClick={() => mark(query, `将${filtered ? "筛选出的" : "全部"} ${count(total)} 条提醒标为已读？`)}
          >
            {filtered ? "筛选结果标为已读" : "全部标为已读"}
          </Button>
        )
      }
    >
      <Space wrap role="search" className="notice-filters">
        <Segmented
          aria-label="显示哪些提醒"
          value={onlyUnread ? "unread" : "all"}
          onChange={(value) => change({ show: value === "all" ? "all" : null })}
          options={[
            { value: "unread", label: "未读" },
            { value: "all", label: "全部" },
          ]}
        />
        <Segmented
          aria-label="排列方式"
          value={asList ? "list" : "groups"}
          onChange={(value) => change({ view: value === "list" ? "list" : null })}
          options={[
            { value: "groups", label: "按台账和部门" },
            { value: "list", label: "按日期" },
          ]}
        />
        <Choice
          label="级别"
          all="全部级别"
          value={filters.level}
          options={Object.entries(LEVELS).map(([value, { text }]) => ({ value, label: text }))}
          onChange={(level) => change({ level })}
        />
        <Choice
          label="台账"
          all="全部台账"
          value={filters.ledger}
          options={distinct(all.data?.items.map((group) => [group.ledger, group.ledger_title]))}
          onChange={(ledger) => change({ ledger })}
        />
        <Choice
          label="部门"
          all="全部部门"
          value={filters.department}
          options={distinct(
            all.data?.items.map((group) => [group.department_id, group.department_name ?? "未知部门"]),
          )}
          onChange={(department) => change({ department })}
        />
        <Input.Search
          key={filters.q ?? ""}
          allowClear
          aria-label="关键字"
          placeholder="名称、编号、人员"
          enterButton="查询"
          maxLength={50}
          className="notice-word"
          defaultValue={filters.q ?? ""}
          onSearch={(text) => change({ q: text.trim() })}
        />
        {filtered && <Button onClick={() => change(Object.fromEntries(FILTERS.map((key) => [key, null])))}>重置</Button>}
      </Space>
      {found.isPending && <Skeleton active className="pad" />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && total === 0 && <Empty description={emptyText(filtered, onlyUnread)} />}
      {found.data && total > 0 && asList && (
        <NoticeList query={query} page={Number(params.get("page")) || 1} onPage={(page) => change({ page: `${page}` })} />
      )}
      {found.data && total > 0 && !asList && (
        <Groups
          key={JSON.stringify(query)}
          groups={found.data.items}
          total={total}
          query={query}
          onRead={onlyUnread ? mark : null}
        />
      )}
    </Card>
  );
}

function emptyText(filtered: boolean, onlyUnread: boolean): string {
  if (filtered) return `没有符合条件的${onlyUnread ? "未读" : ""}提醒，可调整或重置筛选条件。`;
  return onlyUnread ? "没有未读提醒" : "还没有提醒。证书、设备、物资临近到期时会出现在这里。";
}

function distinct(pairs: [string, string][] = []): { value: string; label: string }[] {
  return [...new Map(pairs)].map(([value, label]) => ({ value, label }));
}

interface ChoiceProps {
  label: string;
  all: string;
  value: string | undefined;
  options: { value: string; label: string }[];
  onChange: (value: string | undefined) => void;
}

function Choice({ label, all, value, options, onChange }: ChoiceProps) {
  return (
    <Select
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      aria-label={label}
      placeholder={all}
      popupMatchSelectWidth={false}
      className="notice-choice"
      value={value ?? null}
      options={options}
      onChange={(chosen?: string | null) => onChange(chosen ?? undefined)}
    />
  );
}

/** 审计日志: what was done in all services, as one line of time, the newest first. Filters are in the address. */
import { DownloadOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { Alert, App, Button, Card, Dropdown, Space, Table } from "antd";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { audit, SERVICES, type Entry, type Service } from "../../api/audit";
import { describe } from "../../api/problem";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import type { ScreenProps } from "../../app/screens";
import { Nothing } from "../../shared/Nothing";
import { may } from "../../shared/permission";
import { usePhone } from "../../shared/usePhone";
import { ChainCard } from "./ChainCard";
import { columns, phoneColumns } from "./columns";
import { EntryDrawer } from "./EntryDrawer";
import { FilterBar } from "./FilterBar";
import { DAYS, queryOf, read } from "./filters";
import { merge, type Part } from "./merge";
import "./audit.css";

const SIZE = 50;

export default function AuditPage({ page }: ScreenProps) {
  const [params, setParams] = useSearchParams();
  const [open, setOpen] = useState<Entry | null>(null);
  const phone = usePhone();
  const { message } = App.useApp();
  const grants = useSession().me?.permissions ?? [];
  const allowed = useMemo(() => SERVICES.filter((name) => may(grants, `${name}:audit:read`)), [grants]);
  const filters = useMemo(() => read(params, allowed), [params, allowed]);
  const query = useMemo(() => queryOf(filters), [filters]);
  const words = useQueries({
    queries: allowed.map((service) => ({
      queryKey: ["audit", "words", service],
      queryFn: () => audit.words(service),
      staleTime: Infinity,
    })),
    combine: (found) => found.flatMap((one) => (one.data ? [one.data] : [])),
  });
  const titles = useMemo(() => Object.fromEntries(words.map((one) => [one.service, one.title])), [words]);
  const list = useInfiniteQuery({
    queryKey: ["audit", "list", filters.services, query],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => load(filters.services, { ...query, before: pageParam }, signal),
    getNextPageParam: (last) => last.next,
    staleTime: 0,
  });
  const change = (values: Record<string, string | null>) => {
    const next = new URLSearchParams(params);
    for (const [key, value] of Object.entries(values)) {
      if (value) next.set(key, value);
      else next.delete(key);
    }
    if (next.toString() !== params.toString()) setParams(next, { replace: true });
  };
  const exporting = filters.services.filter((name) => may(grants, `${name}:audit:export`));
  const save = (service: Service) => {
    const hide = message.loading("正在生成工作簿…", 0);
    audit
      .export(service, query)
      .then((name) => message.success(`已导出 ${name}，此次导出已记入审计`))
      .catch((error) => message.error(describe(error)))
      .finally(hide);
  };
  const entries = list.data?.pages.flatMap((one) => one.items) ?? [];
  const failed = list.data?.pages.at(-1)?.failed ?? [];
  return (
    <Card
      title={page.title}
      extra={
        exporting.length > 0 && (
          <Dropdown
            trigger={["click"]}
            menu={{
              items: exporting.map((name) => ({ key: name, label: titles[name] ?? name })),
              onClick: ({ key }) => save(key as Service),
            }}
          >
            <Button icon={<DownloadOutlined aria-hidden />}>导出</Button>
          </Dropdown>
        )
      }
    >
      <div className="stack">
        <FilterBar
          filters={filters}
          allowed={allowed}
          words={words}
          titles={titles}
          onChange={change}
          onReset={() => setParams({}, { replace: true })}
        />
        {failed.length > 0 && (
          <Alert
            type="warning"
            showIcon
            title={`${failed.map((one) => titles[one.service] ?? one.service).join("、")} 的记录没有取到，下面的列表不完整`}
            description={describe(failed[0]!.error)}
            action={<Button onClick={() => void list.refetch()}>重试</Button>}
          />
        )}
        {list.isError ? (
          <Failure error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <Table<Entry>
            size="small"
            rowKey="id"
            className={phone ? "audit-phone" : ""}
            showHeader={!phone}
            loading={list.isPending}
            dataSource={entries}
            pagination={false}
            {...(phone ? {} : { scroll: { x: 1240 } })}
            columns={phone ? phoneColumns(setOpen) : columns(titles, setOpen)}
            locale={{
              emptyText: <Nothing>{`这段时间没有符合条件的记录。默认只看最近 ${DAYS} 天，可放宽日期或重置条件。`}</Nothing>,
            }}
          />
        )}
        <Space>
          {list.hasNextPage && (
            <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              更早的记录
            </Button>
          )}
          {entries.length > 0 && <span className="quiet">已显示 {entries.length} 条</span>}
        </Space>
        <ChainCard services={allowed} titles={titles} />
      </div>
      <EntryDrawer entry={open} titles={titles} onClose={() => setOpen(null)} />
    </Card>
  );
}

/** A page of every trail. One that does not answer is named; only when none answers it is a failure. */
async function load(services: Service[], query: Record<string, string>, signal: AbortSignal) {
  const answers = await Promise.allSettled(
    services.map(
      async (service): Promise<Part> => ({ service, ...(await audit.page(service, { ...query, size: SIZE }, signal)) }),
    ),
  );
  const parts = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const failed = answers.flatMap((answer, place) =>
    answer.status === "rejected" ? [{ service: services[place]!, error: answer.reason as unknown }] : [],
  );
  if (parts.length === 0 && failed.length > 0) throw failed[0]!.error;
  return merge(parts, failed, SIZE);
}

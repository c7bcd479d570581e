/** 出入库记录: every entry of a ledger that one may see. What is looked for stands in the address. */
import { ExportOutlined } from "@ant-design/icons";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, DatePicker, Input, Select, Space, Table, TreeSelect, type TableColumnType } from "antd";
import dayjs from "dayjs";
import { useMemo } from "react";
import { Link, useSearchParams } from "react-router";
import { movements as api, type Registered } from "../../api/movements";
import { describe } from "../../api/problem";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import { Nothing } from "../../shared/Nothing";
import { count, dateTime } from "../../shared/format";
import { usePhone } from "../../shared/usePhone";
import { useEngine } from "../field/context";
import { departmentsInScope, departmentTree, selectable, withAncestors } from "../field/departments";
import { Change, Kind } from "./Kind";
import { withUnit } from "./stock";
import "./movements.css";

const SIZE = 50;
const ASKED = ["start", "until", "kind", "department", "q"] as const;

export default function RegisterPage({ path }: { path: string }) {
  const { ledger } = useEngine();
  const { message } = App.useApp();
  const phone = usePhone();
  const [params, setParams] = useSearchParams();
  const asked = Object.fromEntries(ASKED.map((key) => [key, params.get(key) ?? undefined]));
  const page = Math.max(1, Math.trunc(Number(params.get("page"))) || 1);
  const list = useQuery({
    // Under "rows", so that an entry that was just made is in it.
    queryKey: ["rows", ledger.slug, "register", asked, page],
    queryFn: ({ signal }) => api.register(ledger.slug, { ...asked, page, size: SIZE }, signal),
    placeholderData: keepPreviousData,
  });
  const save = useMutation({
    mutationFn: () => api.export(ledger.slug, ledger.title, asked),
    onSuccess: (name) => message.success(`已下载 ${name}`),
    onError: (error) => message.error(describe(error)),
  });
  // Whatever is changed begins at the first page again.
  const change = (values: Record<string, string | null | undefined>) => {
    const next = new URLSearchParams(params);
    for (const [key, value] of Object.entries({ page: null, ...values })) {
      if (value) next.set(key, value);
      else next.delete(key);
    }
    setParams(next);
  };
  const total = list.isPlaceholderData ? undefined : list.data?.total;
  const narrowed = ASKED.some((key) => params.get(key));
  return (
    <Card
      title={`${ledger.title} · 出入库记录`}
      className="movement-register"
      extra={
        ledger.permissions.export && (
          <Button
            className="no-print"
            icon={<ExportOutlined aria-hidden />}
            disabled={!total}
            loading={save.isPending}
            onClick={() => save.mutate()}
          >
            {total ? `导出 ${count(total)} 条` : "导出"}
          </Button>
        )
      }
    >
      <Filters asked={asked} onChange={change} onReset={() => setParams({})} />
      {list.isError ? (
        <Failure error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <Table<Registered>
          size="small"
          rowKey="id"
          showHeader={!phone}
          loading={list.isPending || list.isPlaceholderData}
          dataSource={list.data?.items ?? []}
          columns={phone ? phoneColumns(path) : wideColumns(path, ledger.title)}
          {...(phone || !list.data?.items.length ? {} : { scroll: { x: 1180 } })}
          locale={{
            emptyText: (
              <Nothing>
                {narrowed
                  ? "没有符合条件的出入库记录，可调整查询条件或重置"
                  : `还没有出入库记录。打开一条${ledger.title}，点“登记出入库”记第一笔`}
              </Nothing>
            ),
          }}
          pagination={{
            current: page,
            pageSize: SIZE,
            total: list.data?.total ?? 0,
            showSizeChanger: false,
            showTotal: (all) => `共 ${count(all)} 条`,
            onChange: (next) => change({ page: String(next) }),
          }}
        />
      )}
    </Card>
  );
}

interface FiltersProps {
  asked: Record<string, string | undefined>;
  onChange: (values: Record<string, string | null | undefined>) => void;
  onReset: () => void;
}

function Filters({ asked, onChange, onReset }: FiltersProps) {
  const { ledger, departments } = useEngine();
  const { me } = useSession();
  const tree = useMemo(() => {
    const reached = departmentsInScope(departments, me);
    return selectable(departmentTree(withAncestors(departments, reached)), reached);
  }, [departments, me]);
  const day = (text: string | undefined) => (text && dayjs(text).isValid() ? dayjs(text) : null);
  return (
    <Space wrap role="search" className="no-print movement-filters">
      <DatePicker.RangePicker
        aria-label="日期"
        allowEmpty={[true, true]}
        value={[day(asked.start), day(asked.until)]}
        placeholder={["日期起", "止"]}
        onChange={(_, days) => onChange({ start: days?.[0] || null, until: days?.[1] || null })}
      />
      <Select
        allowClear
        aria-label="类型"
        placeholder="全部类型"
        className="movement-choice"
        value={asked.kind ?? null}
        options={(ledger.movements?.kinds ?? []).map(({ value, label }) => ({ value, label }))}
        onChange={(kind: string | null) => onChange({ kind })}
      />
      <TreeSelect
        allowClear
        aria-label="部门"
        placeholder="全部部门（含下级）"
        className="movement-choice"
        value={asked.department ?? null}
        treeData={tree}
        treeDefaultExpandAll
        showSearch={{ treeNodeFilterProp: "title" }}
        popupMatchSelectWidth={300}
        onChange={(department: string | null) => onChange({ department })}
      />
      <Input.Search
        key={asked.q ?? ""}
        allowClear
        aria-label="关键字"
        placeholder="名称、经办人、用途、单号"
        enterButton="查询"
        className="movement-search"
        maxLength={100}
        defaultValue={asked.q ?? ""}
        onSearch={(text) => onChange({ q: text.trim() || null })}
      />
      <Button onClick={onReset}>重置</Button>
    </Space>
  );
}

/** The row that an entry belongs to; a deleted one has no page any more. */
function Thing({ entry, path }: { entry: Registered; path: string }) {
  if (entry.deleted) return <span className="quiet">{entry.title}（已删除）</span>;
  return <Link to={`${path}?row=${entry.row_id}`}>{entry.title}</Link>;
}

function wideColumns(path: string, title: string): TableColumnType<Registered>[] {
  const dash = (text: string | null) => text ?? "—";
  return [
    { title: "日期", dataIndex: "happened_on", width: 104, className: "number" },
    { title: "类型", key: "kind", width: 132, render: (_, entry) => <Kind entry={entry} /> },
    { title, key: "thing", width: 230, ellipsis: true, render: (_, entry) => <Thing entry={entry} path={path} /> },
    { title: "增减", key: "change", width: 96, align: "right", render: (_, entry) => <Change entry={entry} unit={entry.unit} /> },
    { title: "结存", key: "after", width: 96, align: "right", className: "number", render: (_, entry) => withUnit(entry.after, entry.unit) },
    { title: "经办人", dataIndex: "person", width: 88, ellipsis: true },
    { title: "用途（原因）", dataIndex: "purpose", width: 180, ellipsis: true, render: dash },
    { title: "单号", dataIndex: "voucher", width: 120, ellipsis: true, render: dash },
    { title: "部门", dataIndex: "dept_name", width: 120, ellipsis: true, render: dash },
    { title: "登记", key: "created", width: 210, render: (_, entry) => `${entry.created_by_name ?? "系统"} ${dateTime(entry.created_at)}` },
  ];
}

function phoneColumns(path: string): TableColumnType<Registered>[] {
  return [
    {
      title: "出入库",
      key: "card",
      render: (_, entry) => (
        <div className="row-card">
          <div className="row-card-head">
            <Thing entry={entry} path={path} />
          </div>
          <div className="movement-line">
            <span className="number">{entry.happened_on}</span>
            <Kind entry={entry} />
            <Change entry={entry} unit={entry.unit} />
            <span className="movement-balance">结存 {withUnit(entry.after, entry.unit)}</span>
          </div>
          <div className="quiet">{[entry.person, entry.purpose, entry.dept_name].filter(Boolean).join(" · ")}</div>
        </div>
      ),
    },
  ];
}

/** The list of a ledger: search bar, toolbar, table, and the drawers that open from it. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Dropdown, Skeleton, Space, Table } from "antd";
import { MoreOutlined } from "@ant-design/icons";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { ledgers } from "../../api/ledgers";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import { usePreference } from "../../shared/preferences";
import { usePhone } from "../../shared/usePhone";
import { DetailDrawer } from "../detail/DetailDrawer";
import { useEngine } from "../field/context";
import { FormDrawer } from "../form/FormDrawer";
import { editableFields, type Row } from "../schema";
import { BatchBar } from "./BatchBar";
import { columnsOf } from "./columns";
import { EmptyLedger } from "./EmptyLedger";
import { Findings } from "./Findings";
import { HiddenFilters } from "./HiddenFilters";
import { phoneColumns } from "./phone";
import { DepartmentTree } from "./DepartmentTree";
import { readState, SIZES, toFilters, toQuery, writeState, type ListState } from "./query";
import { SearchBar } from "./SearchBar";
import { Toolbar, type Density } from "./Toolbar";
import { Totals } from "./Totals";
import { stateOf, useListSettings, viewOf } from "./useListSettings";
import { nameOf, useRemove } from "./useRemove";
import { useSelection } from "./useSelection";
import { ViewsMenu } from "./ViewsMenu";

const MovementDialog = lazy(() => import("../movements/MovementDialog"));

/** Up to this many fields a form fits into a drawer; above, it gets a page of its own (frontend.md 7.7). */
const DRAWER_FIELDS = 20;
const ACTIONS_WIDTH = 128;

export function ListPage({ path }: { path: string }) {
  const { ledger } = useEngine();
  const { me } = useSession();
  const userId = me?.user.id ?? "";
  const navigate = useNavigate();
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const state = useMemo(() => readState(params), [params]);
  const rowId = params.get("row");
  const settings = useListSettings(ledger, userId);
  const { choice, setChoice } = settings;
  const [density, setDensity] = usePreference<Density>(userId, "density", "small");
  const [full, setFull] = useState(false);
  // The form in the drawer: of a row, of a new one (null), or of the successor of one.
  const [form, setForm] = useState<{ id: string | null; after?: string }>();
  const [moving, setMoving] = useState<string | null>(null);
  const inDrawer = editableFields(ledger).length <= DRAWER_FIELDS;

  const query = toQuery(ledger, state);
  const list = useQuery({
    queryKey: ["rows", ledger.slug, "list", query],
    queryFn: ({ signal }) => ledgers.list(ledger.slug, query, signal),
    placeholderData: keepPreviousData,
  });
  const selection = useSelection(list.data?.items, (row) => nameOf(ledger, row));
  const opening = settings.views.find((view) => view.is_default);
  const opened = useRef(false);
  useEffect(() => {
    // The default view is for who opens the ledger, not for who comes with conditions of their own or has reset them.
    if (opened.current || !settings.ready) return;
    opened.current = true;
    if (!opening || params.size > 0) return;
    if (opening.settings.columns) setChoice(opening.settings.columns);
    setParams(writeState(stateOf(opening)), { replace: true });
  }, [settings.ready, opening, params, setParams, setChoice]);
  const go = (change: Partial<ListState>) => setParams(writeState({ ...state, page: 1, ...change }));
  const showRow = (id: string | null, tab?: "files") => {
    const next = writeState(state);
    if (id) next.set("row", id);
    if (tab) next.set("tab", tab);
    setParams(next, { replace: id === null });
  };
  const remove = useRemove(ledger, () => showRow(null));
  const edit = (row: Row | null) => {
    if (inDrawer) setForm({ id: row?.id ?? null });
    else {
      navigate(row ? `${path}/${row.id}/edit` : `${path}/new`, { state: { list: writeState(state).toString() } });
    }
  };

  // The successor of a row: a certificate issued again, the next examination.
  const renewal = ledger.permissions.create ? ledger.renewal : null;
  const renew = renewal
    ? (row: Row) => {
        if (inDrawer) setForm({ id: null, after: row.id });
        else navigate(`${path}/new?after=${row.id}`, { state: { list: writeState(state).toString() } });
      }
    : undefined;

  const last = Math.max(1, Math.ceil((list.data?.total ?? 0) / state.size));
  useEffect(() => {
    // The last row of the last page has gone: the page before it is the last one now.
    if (list.data && !list.isPlaceholderData && state.page > last) {
      setParams(writeState({ ...state, page: last }), { replace: true });
    }
  }, [list.data, list.isPlaceholderData, last, state, setParams]);

  useEffect(() => {
    if (!full) return;
    const leave = (event: KeyboardEvent) => event.key === "Escape" && setFull(false);
    window.addEventListener("keydown", leave);
    return () => window.removeEventListener("keydown", leave);
  }, [full]);

  const { update, delete: mayDelete, export: mayExport } = ledger.permissions;
  const phone = usePhone();
  const move = update && ledger.movements ? (row: Row) => setMoving(row.id) : undefined;
  const more = [
    ...(renewal ? [{ key: "renew", label: renewal.action }] : []),
    ...(move ? [{ key: "move", label: "登记出入库" }] : []),
    ...(mayDelete ? [{ key: "delete", label: "删除", danger: true }] : []),
  ];
  const acts: Record<string, ((row: Row) => unknown) | undefined> = { move, renew, delete: remove };
  const wide = [
    ...columnsOf(ledger, choice, state.sort, (state.page - 1) * state.size + 1),
    {
      key: "actions",
      title: "操作",
      fixed: "right" as const,
      width: ACTIONS_WIDTH,
      className: "no-print",
      render: (_: unknown, row: Row) => (
        <Space size={0} className="row-actions">
          <Button type="link" size="small" onClick={() => showRow(row.id)}>
            查看
          </Button>
          {update && (
            <Button type="link" size="small" onClick={() => edit(row)}>
              修改
            </Button>
          )}
          {more.length > 0 && (
            <Dropdown
              trigger={["click"]}
              menu={{ items: more, onClick: ({ key }) => void acts[key]?.(row) }}
            >
              <Button type="link" size="small" icon={<MoreOutlined aria-hidden />} aria-label="更多操作" />
            </Dropdown>
          )}
        </Space>
      ),
    },
  ];
  const columns = phone
    ? phoneColumns(ledger, {
        show: (row) => showRow(row.id),
        edit: update ? edit : undefined,
        renew,
        move,
        remove: mayDelete ? (row) => void remove(row) : undefined,
      })
    : wide;
  const width = wide.reduce((total, column) => total + Number(column.width ?? 120), 0);
  const selectable = update || mayDelete || mayExport || Boolean(ledger.labels?.length);
  const empty = list.data?.total === 0;
  const filtered = Boolean(state.q || state.dept || Object.keys(state.filters).length);

  return (
    <div className={full ? "ledger full" : "ledger"}>
      {ledger.by_department && <DepartmentTree value={state.dept} onChange={(dept) => go({ dept })} />}
      <section className="ledger-main" aria-label={ledger.title}>
        <h1 className="print-only">{ledger.title}</h1>
        <SearchBar
          ledger={ledger}
          q={state.q}
          filters={state.filters}
          busy={list.isFetching && !list.isPending}
          onSearch={(q, filters) => {
            const next = writeState({ ...state, page: 1, q, filters });
            // The same question again is a wish for fresh rows; another one is asked by its new address.
            if (next.toString() === writeState(state).toString()) void list.refetch();
            else setParams(next);
          }}
        />
        <Findings ledger={ledger} onShow={(q) => go({ q, filters: {}, dept: "" })} />
        <HiddenFilters filters={state.filters} onClear={(filters) => go({ filters })} />
        <Toolbar
          ledger={ledger}
          path={path}
          choice={choice}
          onChoice={setChoice}
          density={density}
          onDensity={setDensity}
          full={full}
          onFull={setFull}
          onNew={() => edit(null)}
          onReload={() => void list.refetch()}
          total={list.isPlaceholderData ? undefined : list.data?.total}
          views={
            <ViewsMenu
              views={settings.views}
              current={viewOf(state, choice)}
              onTake={(view) => {
                if (view.settings.columns) setChoice(view.settings.columns);
                setParams(writeState(stateOf(view)));
              }}
              onSave={settings.save}
              onRemove={settings.remove}
            />
          }
          exportQuery={{ ...toFilters(ledger, state), sort: state.sort || undefined }}
        />
        <Totals ledger={ledger} query={toFilters(ledger, state)} />
        <BatchBar ledger={ledger} selection={selection} choice={choice} sort={state.sort} />
        {list.isError ? (
          <Failure error={list.error} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <Skeleton active className="pad" />
        ) : empty ? (
          <EmptyLedger
            ledger={ledger}
            filtered={filtered}
            onNew={() => edit(null)}
            onImport={() => navigate(`${path}/import`)}
          />
        ) : (
          <Table<Row>
            rowKey="id"
            size={density}
            columns={columns}
            dataSource={list.data?.items ?? []}
            loading={list.isFetching && list.isPlaceholderData}
            scroll={phone ? {} : { x: width }}
            sticky
            bordered
            {...(selectable ? { rowSelection: selection.table } : {})}
            onRow={(row) => ({ onDoubleClick: () => showRow(row.id) })}
            onChange={(_pagination, _filters, sorter) => {
              const { columnKey, order } = Array.isArray(sorter) ? sorter[0]! : sorter;
              const sort = order ? `${order === "descend" ? "-" : ""}${String(columnKey)}` : "";
              if (sort !== state.sort) go({ sort });
            }}
            pagination={{
              current: state.page,
              pageSize: state.size,
              total: list.data?.total ?? 0,
              pageSizeOptions: SIZES,
              showSizeChanger: true,
              showQuickJumper: !phone,
              simple: phone,
              showTotal: (total) => `共 ${total.toLocaleString("zh-CN")} 条`,
              onChange: (page, size) => go({ page: size === state.size ? page : 1, size }),
            }}
          />
        )}
      </section>
      <DetailDrawer
        id={rowId}
        tab={params.get("tab") === "files" ? "files" : "detail"}
        onClose={() => showRow(null)}
        onShow={showRow}
        onEdit={(row) => {
          showRow(null);
          edit(row);
        }}
        onRemove={(row) => void remove(row)}
        onRenew={
          renew &&
          ((row) => {
            showRow(null);
            renew(row);
          })
        }
      />
      {moving && (
        <Suspense fallback={null}>
          <MovementDialog id={moving} onClose={() => setMoving(null)} />
        </Suspense>
      )}
      <FormDrawer
        id={form?.id}
        after={form?.after}
        draftPrefix={path}
        onClose={() => setForm(undefined)}
        onTwin={(id) => setForm({ id })}
        onSaved={(row, files) => {
          setForm(undefined);
          if (files) showRow(row.id, "files");
          void client.invalidateQueries({ queryKey: ["rows", ledger.slug] });
        }}
      />
    </div>
  );
}

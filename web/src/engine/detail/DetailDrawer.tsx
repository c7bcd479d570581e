/** Everything about one row: its fields by groups, its files, its history; and what can be done to it. */
import { useQuery } from "@tanstack/react-query";
import { PrinterOutlined } from "@ant-design/icons";
import { Alert, Button, Descriptions, Drawer, Skeleton, Space, Tabs } from "antd";
import { lazy, Suspense, type ReactNode } from "react";
import { ledgers } from "../../api/ledgers";
import { Failure } from "../../app/ErrorBoundary";
import { dateTime } from "../../shared/format";
import { useEngine } from "../field/context";
import { kindOf } from "../field/registry";
import { nameOf } from "../list/useRemove";
import { WorkedOut } from "../field/WorkedOut";
import { grouped, isReplaced, isWorkedOut, type Field, type LedgerManifest, type Row } from "../schema";

const Attachments = lazy(() => import("./Attachments"));
const History = lazy(() => import("./History"));
const Log = lazy(() => import("../movements/Log"));
const StockBar = lazy(() => import("../movements/StockBar"));

interface Props {
  id: string | null;
  onClose: () => void;
  onEdit: (row: Row) => void;
  onRemove: (row: Row) => void;
  onShow: (id: string) => void;
  /** Missing where rows have no successor, or the person may make none. */
  onRenew?: ((row: Row) => void) | undefined;
  /** What is shown first: the files, after a row was saved to have some added. */
  tab?: "detail" | "files";
}

export function DetailDrawer({ id, onClose, onEdit, onRemove, onShow, onRenew, tab = "detail" }: Props) {
  const { ledger } = useEngine();
  const row = useQuery({
    queryKey: ["rows", ledger.slug, "one", id],
    queryFn: () => ledgers.get(ledger.slug, id!),
    enabled: id !== null,
  });
  return (
    <Drawer
      open={id !== null}
      onClose={onClose}
      size={680}
      title={row.data ? `${ledger.title} · ${nameOf(ledger, row.data)}` : ledger.title}
      destroyOnHidden
      extra={
        row.data && (
          <Space>
            <Button
              icon={<PrinterOutlined aria-hidden />}
              aria-label="打印"
              title="打印这条记录"
              onClick={() => printRow()}
            />
            {ledger.permissions.delete && (
              <Button danger onClick={() => onRemove(row.data)}>
                删除
              </Button>
            )}
            {onRenew && <Button onClick={() => onRenew(row.data)}>{ledger.renewal?.action}</Button>}
            {ledger.permissions.update && (
              <Button type="primary" onClick={() => onEdit(row.data)}>
                修改
              </Button>
            )}
          </Space>
        )
      }
    >
      {row.isPending && <Skeleton active />}
      {row.isError && <Failure error={row.error} onRetry={() => void row.refetch()} />}
      {row.data && isReplaced(row.data) && <Replaced by={row.data.replaced_by} onShow={onShow} />}
      {row.data && ledger.movements && (
        <Suspense fallback={null}>
          <StockBar row={row.data} />
        </Suspense>
      )}
      {row.data && (
        <Tabs
          key={row.data.id}
          className="row-tabs"
          defaultActiveKey={tab}
          items={[
            { key: "detail", label: "详情", children: <Detail row={row.data} /> },
            ...(ledger.movements
              ? [{ key: "movements", label: "出入库", children: <Lazy part={<Log row={row.data} />} /> }]
              : []),
            { key: "files", label: "附件", children: <Lazy part={<Attachments id={row.data.id} />} /> },
            { key: "history", label: "修改历史", children: <Lazy part={<History id={row.data.id} />} /> },
          ]}
        />
      )}
    </Drawer>
  );
}

function Replaced({ by, onShow }: { by: unknown; onShow: (id: string) => void }) {
  // Who may not see the newer row is told that there is one, and not which.
  const open = typeof by === "string" && (
    <Button size="small" onClick={() => onShow(by)}>
      查看新的记录
    </Button>
  );
  return (
    <Alert className="row-replaced" type="info" showIcon title="已有更新的记录，这一条的到期日期不再预警" action={open} />
  );
}

function Lazy({ part }: { part: ReactNode }) {
  return <Suspense fallback={<Skeleton active />}>{part}</Suspense>;
}

/** The browser's own print, with nothing on the paper but the drawer (styles.css). */
function printRow() {
  document.body.classList.add("print-row");
  window.addEventListener("afterprint", () => document.body.classList.remove("print-row"), { once: true });
  window.print();
}

function Detail({ row }: { row: Row }) {
  const { ledger } = useEngine();
  return (
    <>
      {grouped(ledger.fields).map((group) => (
        <Descriptions
          key={group.title}
          title={group.title}
          size="small"
          bordered
          className="detail-group"
          column={{ xs: 1, md: 2 }}
          styles={{ label: { width: 118 } }}
          items={group.fields.map((field) => {
            const { cell: Cell, wide } = kindOf(field.kind);
            return {
              key: field.key,
              label: field.title,
              ...(wide ? { span: "filled" as const } : {}),
              children: (
                <>
                  <Cell field={field} value={row[field.key]} row={row} />
                  {isScored(ledger, field) && isWorkedOut(row, field) && <WorkedOut title="由评分推算" />}
                </>
              ),
            };
          })}
        />
      ))}
      <p className="quiet">
        {by(row.created_by_name)}新建于 {dateTime(row.created_at)}，{by(row.updated_by_name)}最后修改于{" "}
        {dateTime(row.updated_at)}，第 {row.version} 版
      </p>
    </>
  );
}

/** Dates say themselves that they were worked out; of a risk the score and the level do not. */
function isScored(ledger: LedgerManifest, { key }: Field): boolean {
  return (ledger.scores ?? []).some((rule) => rule.score === key || rule.level === key);
}

/** Who it was, in front of the verb; rows that the system made or that came before people were kept name nobody. */
function by(name: unknown): string {
  return typeof name === "string" && name ? `由 ${name} ` : "";
}

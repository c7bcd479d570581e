/** What can be done with the rows that are ticked. Says how many they are, before and after. */
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Dropdown, Space } from "antd";
import { lazy, Suspense, useState } from "react";
import { describe } from "../../api/problem";
import { rows as api, type BatchResult } from "../../api/rows";
import { count } from "../../shared/format";
import type { LedgerManifest, Row } from "../schema";
import { nameOf } from "./useRemove";
import { shownFields, type ColumnChoice } from "./columns";
import type { Selection } from "./useSelection";

const BatchEdit = lazy(() => import("./BatchEdit"));
const Labels = lazy(() => import("./Labels"));

const MOST = 1000;
const MOST_LABELS = 500;
const UNDO_SECONDS = 15;

interface Props {
  ledger: LedgerManifest;
  selection: Selection;
  /** The list's columns and order, which an export follows. */
  choice: ColumnChoice;
  sort: string;
}

export function BatchBar({ ledger, selection, choice, sort }: Props) {
  const { modal, message, notification } = App.useApp();
  const client = useQueryClient();
  const [open, setOpen] = useState<"edit" | "labels" | null>(null);
  const [busy, setBusy] = useState<"delete" | "export" | null>(null);
  const { rows } = selection;
  if (!rows.length) return null;
  const number = count(rows.length);
  const reload = () => client.invalidateQueries({ queryKey: ["rows", ledger.slug] });

  /** What was not done is said row by row; those rows stay ticked nowhere, for the list now shows them as they are. */
  function report(title: string, result: BatchResult, of: Row[]) {
    const names = new Map(of.map((row) => [row.id, nameOf(ledger, row)]));
    const failed = result.results.filter((one) => one.message);
    if (!failed.length) {
      message.success(`${title} ${count(result.done)} 条`);
      return;
    }
    modal.warning({
      title: `${title}：成功 ${count(result.done)} 条，失败 ${count(result.failed)} 条`,
      width: 560,
      content: (
        <ul className="plain batch-failures">
          {failed.slice(0, 100).map((one) => (
            <li key={one.id}>
              {names.get(one.id)}：{one.message}
            </li>
          ))}
          {failed.length > 100 && <li>……共 {count(failed.length)} 条</li>}
        </ul>
      ),
    });
  }

  async function run(work: () => Promise<void>) {
    setBusy("delete");
    try {
      await work();
    } catch (error) {
      message.error(describe(error));
    } finally {
      setBusy(null);
      await reload();
    }
  }

  async function undo(ids: string[], of: Row[], key: string) {
    notification.destroy(key);
    await run(async () => report("已恢复", await api.batchRestore(ledger.slug, ids), of));
  }

  async function remove() {
    const sure = await modal.confirm({
      title: `删除选中的 ${number} 条${ledger.title}记录？`,
      content: "删除后可以马上撤销，也可以在回收站恢复。操作会记入审计日志。",
      okText: `删除 ${number} 条`,
      okButtonProps: { danger: true },
      cancelText: "取消",
    });
    if (!sure) return;
    const of = rows;
    await run(async () => {
      const result = await api.batchDelete(ledger.slug, of.map(({ id, version }) => ({ id, version })));
      selection.clear();
      const ids = result.results.filter((one) => one.outcome === "deleted").map((one) => one.id);
      if (result.failed) report("已删除", result, of);
      if (!ids.length) return;
      const key = `undo-batch-${ids[0]}`;
      notification.success({
        key,
        title: `已删除 ${count(ids.length)} 条记录`,
        duration: UNDO_SECONDS,
        placement: "bottomRight",
        actions: (
          <Button type="primary" size="small" onClick={() => void undo(ids, of, key)}>
            撤销删除
          </Button>
        ),
      });
    });
  }

  const shown = shownFields(ledger, choice);

  async function exportTicked(columns: string) {
    setBusy("export");
    try {
      const wanted = {
        ids: rows.map((row) => row.id),
        ...(columns === "shown" ? { columns: shown.map((field) => field.key).join(",") } : {}),
        ...(sort ? { sort } : {}),
      };
      message.success(`已下载 ${await api.exportTicked(ledger.slug, ledger.title, wanted)}`);
    } catch (error) {
      message.error(describe(error));
    } finally {
      setBusy(null);
    }
  }

  const tooMany = rows.length > MOST;
  return (
    <div className="batch-bar no-print" role="region" aria-label="批量操作">
      <span aria-live="polite">
        已选 <strong>{number}</strong> 条{tooMany && `，一次最多处理 ${count(MOST)} 条`}
      </span>
      <Space wrap size={8}>
        {ledger.permissions.update && (
          <Button disabled={tooMany} onClick={() => setOpen("edit")}>
            批量修改
          </Button>
        )}
        {ledger.permissions.delete && (
          <Button danger disabled={tooMany} loading={busy === "delete"} onClick={() => void remove()}>
            批量删除
          </Button>
        )}
        {ledger.permissions.export && (
          <Dropdown
            trigger={["click"]}
            disabled={tooMany}
            menu={{
              items: [
                { key: "all", label: `全部字段（${ledger.fields.length} 列）` },
                { key: "shown", label: `当前显示的列（${shown.length} 列）` },
              ],
              onClick: ({ key }) => void exportTicked(key),
            }}
          >
            <Button disabled={tooMany} loading={busy === "export"} aria-haspopup="menu">
              导出选中
            </Button>
          </Dropdown>
        )}
        {Boolean(ledger.labels?.length) && (
          <Button disabled={rows.length > MOST_LABELS} onClick={() => setOpen("labels")}>
            打印标签
          </Button>
        )}
        <Button type="link" onClick={selection.clear}>
          清空选择
        </Button>
      </Space>
      <Suspense fallback={null}>
        {open === "edit" && (
          <BatchEdit
            ledger={ledger}
            rows={rows}
            onClose={() => setOpen(null)}
            onDone={(result) => {
              setOpen(null);
              report("已修改", result, rows);
              if (!result.failed) selection.clear();
              void reload();
            }}
          />
        )}
        {open === "labels" && (
          <Labels ledger={ledger} wanted={{ ids: rows.map((row) => row.id) }} many={rows.length} onClose={() => setOpen(null)} />
        )}
      </Suspense>
    </div>
  );
}

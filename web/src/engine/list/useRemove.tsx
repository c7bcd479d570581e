/** Deleting a row: asked first, named in the question, and undone by one click afterwards. */
import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { ledgers } from "../../api/ledgers";
import { describe } from "../../api/problem";
import type { LedgerManifest, Row } from "../schema";

const UNDO_SECONDS = 10;

/** What a row is called in a sentence: its first searchable text, such as a name or a number. */
export function nameOf(ledger: LedgerManifest, row: Row): string {
  const field = ledger.fields.find((candidate) => candidate.search && row[candidate.key]);
  return field ? String(row[field.key]) : ledger.title;
}

export function useRemove(ledger: LedgerManifest, onGone: () => void) {
  const { modal, message, notification } = App.useApp();
  const client = useQueryClient();
  const reload = () => client.invalidateQueries({ queryKey: ["rows", ledger.slug] });

  async function undo(row: Row, key: string) {
    notification.destroy(key);
    try {
      await ledgers.restore(ledger.slug, row.id);
      message.success("已恢复");
    } catch (error) {
      message.error(describe(error));
    }
    await reload();
  }

  return async (row: Row) => {
    const name = nameOf(ledger, row);
    const sure = await modal.confirm({
      title: `删除“${name}”？`,
      content: "删除后可以马上撤销，操作会记入审计日志。",
      okText: "删除",
      okButtonProps: { danger: true },
      cancelText: "取消",
    });
    if (!sure) return;
    try {
      await ledgers.remove(ledger.slug, row.id, row.version);
    } catch (error) {
      message.error(describe(error));
      await reload();
      return;
    }
    onGone();
    await reload();
    const key = `undo-${row.id}`;
    notification.success({
      key,
      title: `已删除“${name}”`,
      duration: UNDO_SECONDS,
      placement: "bottomRight",
      actions: (
        <Button type="primary" size="small" onClick={() => void undo(row, key)}>
          撤销删除
        </Button>
      ),
    });
  };
}

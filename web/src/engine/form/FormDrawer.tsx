/** The form of a small ledger, in a drawer beside its list. Closing it with changes asks what to do with them. */
import { App, Button, Drawer, Skeleton, Space } from "antd";
import { useCallback, useRef, useState } from "react";
import { Failure } from "../../app/ErrorBoundary";
import { useEngine } from "../field/context";
import type { Row } from "../schema";
import { LedgerForm, type FormHandle } from "./LedgerForm";
import { useLeaveGuard } from "./useLeaveGuard";
import { useRowToEdit } from "./useRowToEdit";

interface Props {
  /** The row to change; undefined: closed; null: a new row. */
  id: string | null | undefined;
  /** The row that a new one succeeds. */
  after?: string | undefined;
  draftPrefix: string;
  onClose: () => void;
  /** `files`: the person goes on to add attachments. */
  onSaved: (row: Row, files: boolean) => void;
  onTwin: (id: string) => void;
}

export function FormDrawer({ id, after, draftPrefix, onClose, onSaved, onTwin }: Props) {
  const { ledger } = useEngine();
  const { modal } = App.useApp();
  const handle = useRef<FormHandle>(null);
  const files = useRef(false);
  const [dirty, setDirty] = useState(false);
  const [busy, setBusy] = useState(false);
  const onDirty = useCallback((value: boolean) => setDirty(value), []);
  const begins = id ?? after;
  const row = useRowToEdit(begins ?? null);
  // A row and its successor are two forms.
  const name = id ?? (after ? `after-${after}` : "new");
  useLeaveGuard(dirty);

  function submit(withFiles: boolean) {
    files.current = withFiles;
    handle.current?.submit();
  }

  function leave() {
    if (!dirty) return onClose();
    const dialog = modal.confirm({
      title: "有未保存的内容",
      content: "保留草稿后，下次打开会自动恢复（24 小时内）。",
      footer: (
        <Space className="dialog-actions">
          <Button
            danger
            onClick={() => {
              handle.current?.discard();
              dialog.destroy();
              onClose();
            }}
          >
            放弃修改
          </Button>
          <Button onClick={() => dialog.destroy()}>继续编辑</Button>
          <Button
            type="primary"
            onClick={() => {
              dialog.destroy();
              setDirty(false);
              onClose();
            }}
          >
            保留草稿并关闭
          </Button>
        </Space>
      ),
    });
  }

  return (
    <Drawer
      open={id !== undefined}
      onClose={leave}
      mask={{ closable: false }}
      size={720}
      title={id ? `修改${ledger.title}` : after ? `${ledger.renewal?.action}：${ledger.title}` : `新建${ledger.title}`}
      destroyOnHidden
      footer={
        <Space className="dialog-actions">
          <Button onClick={leave}>取消</Button>
          {!id && (
            <Button disabled={busy} onClick={() => submit(true)}>
              保存并添加附件
            </Button>
          )}
          <Button type="primary" loading={busy} onClick={() => submit(false)}>
            保存
          </Button>
        </Space>
      }
    >
      {begins && row.isPending && <Skeleton active />}
      {begins && row.isError && <Failure error={row.error} onRetry={() => void row.refetch()} />}
      {id !== undefined && (!begins || row.data) && (
        <LedgerForm
          row={id ? row.data! : null}
          // Another row in the same drawer is another form.
          key={name}
          draftName={`${draftPrefix}#${name}`}
          after={id ? undefined : row.data}
          draftOf={(other) => `${draftPrefix}#${other}`}
          onTwin={onTwin}
          handle={handle}
          onDirty={onDirty}
          onBusy={setBusy}
          onSaved={(saved) => onSaved(saved, files.current)}
        />
      )}
    </Drawer>
  );
}

/** The form of a large ledger, as a page of its own: its tab keeps what was typed while another tab is looked at. */
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Skeleton, Space } from "antd";
import { useCallback, useRef, useState } from "react";
import { useLocation, useSearchParams } from "react-router";
import { Failure } from "../../app/ErrorBoundary";
import { useLeaveTab } from "../../app/tabs/leave";
import { useEngine } from "../field/context";
import { LedgerForm, type FormHandle } from "./LedgerForm";
import { useLeaveGuard } from "./useLeaveGuard";
import { useRowToEdit } from "./useRowToEdit";

export function FormPage({ id, path }: { id: string | null; path: string }) {
  const { ledger } = useEngine();
  const { modal } = App.useApp();
  const client = useQueryClient();
  const leave = useLeaveTab();
  const { pathname, state } = useLocation();
  // The list's filters, so that the way back ends where it began and not in an unfiltered list.
  const left = (state as { list?: string } | null)?.list ?? "";
  const handle = useRef<FormHandle>(null);
  const files = useRef(false);
  const [dirty, setDirty] = useState(false);
  const [busy, setBusy] = useState(false);
  const onDirty = useCallback((value: boolean) => setDirty(value), []);
  const [params] = useSearchParams();
  // The row that a new one succeeds.
  const after = id ? null : params.get("after");
  const begins = id ?? after;
  const row = useRowToEdit(begins);

  useLeaveGuard(dirty);

  function submit(withFiles: boolean) {
    files.current = withFiles;
    handle.current?.submit();
  }

  async function cancel() {
    if (dirty) {
      const sure = await modal.confirm({
        title: "放弃未保存的内容？",
        okText: "放弃",
        okButtonProps: { danger: true },
        cancelText: "继续编辑",
      });
      if (!sure) return;
      handle.current?.discard();
    }
    leave(path, left);
  }

  if (begins && row.isPending) return <Skeleton active className="pad" />;
  if (row.isError) return <Failure error={row.error} onRetry={() => void row.refetch()} />;
  return (
    <Card
      className="form-page"
      title={id ? `修改${ledger.title}` : after ? `${ledger.renewal?.action}：${ledger.title}` : `新建${ledger.title}`}
      extra={
        <Space>
          <Button onClick={() => void cancel()}>取消</Button>
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
      <LedgerForm
        // Another row to succeed is another form, in the same tab.
        key={after ?? "form"}
        row={id ? (row.data ?? null) : null}
        after={id ? undefined : row.data}
        draftName={`${pathname}#${after ? `after-${after}` : "form"}`}
        draftOf={(other) => `${path}/${other}/edit#form`}
        onTwin={(other) => leave(`${path}/${other}/edit`)}
        handle={handle}
        onDirty={onDirty}
        onBusy={setBusy}
        onSaved={(saved) => {
          void client.invalidateQueries({ queryKey: ["rows", ledger.slug] });
          leave(`${path}?row=${saved.id}${files.current ? "&tab=files" : ""}`, left);
        }}
      />
    </Card>
  );
}

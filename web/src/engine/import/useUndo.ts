/** Taking an import back: asked first, with how many rows it is about. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { describe } from "../../api/problem";
import type { ImportJob } from "../../api/imports";
import { undoUntil } from "./flow";
import { useSource } from "./source";

export function useUndo(onChanged: (job: ImportJob) => void) {
  const { api, key, place } = useSource();
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const undo = useMutation({
    mutationFn: (job: ImportJob) => api.undo(job.id),
    onSuccess: (job) => {
      onChanged(job);
      void client.invalidateQueries({ queryKey: ["rows", key] });
    },
    onError: (error) => message.error(describe(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["imports", key] }),
  });
  const ask = async (listed: ImportJob) => {
    // Asked for now: only now is it known what somebody has touched since.
    const job = await api.get(listed.id).catch(() => listed);
    const written = job.created + job.updated;
    const possible = job.undo?.possible_rows ?? written;
    const parts = [
      job.created && `删除这次新增的 ${job.created} 行`,
      job.updated && `把这次更新的 ${job.updated} 行恢复为导入前的内容`,
    ].filter(Boolean);
    const touched =
      possible < written
        ? `其中 ${written - possible} 行导入之后又被人修改过，保持现状，并逐行列出。`
        : "如果有行在此之前又被人修改，它们保持现状，并逐行列出。";
    const sure = await modal.confirm({
      title: `撤销“${job.file_name}”的导入？`,
      content: `将${parts.join("，")}（${place}）。${touched}撤销只能进行一次，${undoUntil(job)} 之前有效。`,
      okText: `撤销 ${possible} 行`,
      okButtonProps: { danger: true },
      cancelText: "不撤销",
    });
    if (sure) undo.mutate(job);
  };
  return { ask, busy: undo.isPending };
}

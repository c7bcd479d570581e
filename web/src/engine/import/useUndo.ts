/** Taking an import back: asked first, with how many rows it is about. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { describe } from "../../api/problem";
import type { ImportJob } from "../../api/imports";
import { undoLeft } from "./flow";
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
  const ask = async (job: ImportJob) => {
    const parts = [
      job.created && `删除这次新增的 ${job.created} 行`,
      job.updated && `把这次更新的 ${job.updated} 行恢复为导入前的内容`,
    ].filter(Boolean);
    const sure = await modal.confirm({
      title: `撤销“${job.file_name}”的导入？`,
      content: `将${parts.join("，")}（${place}）。导入之后又被人修改过的行保持现状，并逐行列出。撤销只能进行一次，还剩 ${undoLeft(job)}。`,
      okText: `撤销 ${job.created + job.updated} 行`,
      okButtonProps: { danger: true },
      cancelText: "不撤销",
    });
    if (sure) undo.mutate(job);
  };
  return { ask, busy: undo.isPending };
}

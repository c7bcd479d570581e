import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Progress } from "antd";
import type { ImportJob } from "../../api/imports";
import { describe } from "../../api/problem";
import { useSource } from "./source";

const WORDS: Partial<Record<ImportJob["state"], string>> = {
  queued: "文件已上传，正在排队",
  parsing: "正在逐格校验",
  confirming: "正在写入",
  undoing: "正在撤销",
};

/** The real progress of the job, as the server counts it. */
export function Running({ job, onStartOver }: { job: ImportJob; onStartOver: () => void }) {
  const { api, key } = useSource();
  const { message } = App.useApp();
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => api.cancel(job.id),
    onSuccess: () => {
      message.info("已取消，没有写入任何数据");
      onStartOver();
    },
    onError: (error) => message.error(describe(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["imports", key] }),
  });
  return (
    <div className="center import-running" aria-live="polite">
      <Progress type="circle" percent={Math.round(job.progress)} aria-label={WORDS[job.state] ?? "进度"} />
      <p>
        {WORDS[job.state]}：{job.file_name}
        {job.rows > 0 && `（${job.rows} 行）`}
      </p>
      <p className="quiet">可以去做别的事，稍后回到这个页签查看结果。</p>
      {(job.state === "queued" || job.state === "parsing") && (
        <Button loading={cancel.isPending} onClick={() => cancel.mutate()}>
          取消导入
        </Button>
      )}
    </div>
  );
}

import { Progress } from "antd";
import type { ImportJob } from "../../api/types";

const WORDS: Partial<Record<ImportJob["state"], string>> = {
  queued: "文件已上传，正在排队",
  parsing: "正在逐格校验",
  confirming: "正在写入台账",
};

/** The real progress of the job, as the server counts it. */
export function Running({ job }: { job: ImportJob }) {
  return (
    <div className="center import-running" aria-live="polite">
      <Progress type="circle" percent={Math.round(job.progress)} aria-label={WORDS[job.state] ?? "进度"} />
      <p>
        {WORDS[job.state]}：{job.file_name}
        {job.rows > 0 && `（${job.rows} 行）`}
      </p>
      <p className="quiet">可以去做别的事，稍后回到这个页签查看结果。</p>
    </div>
  );
}

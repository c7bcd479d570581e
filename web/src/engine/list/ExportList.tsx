/** One's own long exports, of every ledger: how far they are, and the files of those that are done. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Drawer, Progress, Space } from "antd";
import { exportJobs, isUnderWay, type ExportJob } from "../../api/exports";
import { describe } from "../../api/problem";
import type { Tone } from "../../app/theme";
import { Failure } from "../../app/ErrorBoundary";
import { count, dateTime, fileSize } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";
import { StatusTag } from "../../shared/StatusTag";

const POLL_MS = 1000;
const WORDS: Record<ExportJob["state"], [string, Tone]> = {
  queued: ["排队中", "blue"],
  running: ["生成中", "blue"],
  done: ["可下载", "green"],
  failed: ["失败", "red"],
  cancelled: ["已取消", "grey"],
};

export default function ExportList({ onClose }: { onClose: () => void }) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ["exports"],
    queryFn: exportJobs.mine,
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? POLL_MS : false),
  });
  const settle = () => client.invalidateQueries({ queryKey: ["exports"] });
  const fetch = useMutation({
    mutationFn: exportJobs.fetch,
    onSuccess: (name) => message.success(`已下载 ${name}`),
    onError: (error) => message.error(describe(error)),
    onSettled: settle,
  });
  const drop = useMutation({
    mutationFn: exportJobs.drop,
    onError: (error) => message.error(describe(error)),
    onSettled: settle,
  });
  const items = query.data?.items ?? [];
  return (
    <Drawer open title="导出记录" size={440} onClose={onClose} styles={{ wrapper: { maxWidth: "100vw" } }}>
      <p className="quiet">超过 5,000 条的导出在这里生成，文件保留 24 小时，只有您本人可以下载。</p>
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && <Nothing>还没有后台导出</Nothing>}
      <ul className="remembered export-jobs" aria-live="polite">
        {items.map((job) => {
          const [word, tone] = job.expired ? (["已清除", "grey"] as const) : WORDS[job.state];
          return (
            <li key={job.id}>
              <Space wrap size={8}>
                <b>{job.title}</b>
                <StatusTag tone={tone}>{word}</StatusTag>
              </Space>
              <span className="quiet">
                {dateTime(job.created_at)}　{count(job.rows)} 条{job.bytes > 0 && `　${fileSize(job.bytes)}`}
              </span>
              {job.error && <span role="alert">{job.error.message}</span>}
              {isUnderWay(job) && <Progress percent={job.progress} size="small" aria-label={`${job.title}导出进度`} />}
              <Space wrap size={8}>
                {job.state === "done" && !job.expired && (
                  <Button
                    type="primary"
                    size="small"
                    loading={fetch.isPending && fetch.variables?.id === job.id}
                    onClick={() => fetch.mutate(job)}
                  >
                    下载
                  </Button>
                )}
                {isUnderWay(job) && (
                  <Button size="small" onClick={() => drop.mutate(job)}>
                    取消
                  </Button>
                )}
                {job.state === "done" && !job.expired && (
                  <Button size="small" onClick={() => drop.mutate(job)}>
                    删除文件
                  </Button>
                )}
              </Space>
            </li>
          );
        })}
      </ul>
    </Drawer>
  );
}

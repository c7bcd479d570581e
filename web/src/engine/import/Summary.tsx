/** The end of an import, or of its undo: what was written, what was taken back, what stayed and why. */
import { DownloadOutlined } from "@ant-design/icons";
import { Alert, App, Button, Result, Space, Table } from "antd";
import type { ImportJob } from "../../api/imports";
import { describe } from "../../api/problem";
import { useLeaveTab } from "../../app/tabs/leave";
import { dateTime } from "../../shared/format";
import { hasErrorWorkbook, undoUntil } from "./flow";
import { useSource } from "./source";
import { useUndo } from "./useUndo";

interface Props {
  job: ImportJob;
  path: string;
  onAgain: () => void;
  onChanged: (job: ImportJob) => void;
}

export function Summary({ job, path, onAgain, onChanged }: Props) {
  const leave = useLeaveTab();
  const { api, place } = useSource();
  const { message } = App.useApp();
  const undo = useUndo(onChanged);
  const undone = job.state === "undone";
  const until = undoUntil(job);
  const refused = job.undo?.refused ?? [];
  return (
    <div className="stack">
      <Result
        status={undone ? "info" : "success"}
        title={undone ? "导入已撤销" : "导入完成"}
        subTitle={undone ? takenBack(job) : written(job)}
        extra={
          <Space wrap>
            <Button type="primary" onClick={() => leave(path)}>
              查看{place}
            </Button>
            <Button onClick={onAgain}>继续导入</Button>
            {hasErrorWorkbook(job) && (
              <Button
                icon={<DownloadOutlined aria-hidden />}
                onClick={() => api.errors(job.id).catch((error) => message.error(describe(error)))}
              >
                下载错误清单
              </Button>
            )}
            {until && (
              <Button danger loading={undo.busy} onClick={() => void undo.ask(job)}>
                撤销导入
              </Button>
            )}
          </Space>
        }
      >
        {hasErrorWorkbook(job) && (
          <p className="center quiet">错误清单在上传后保留 24 小时，改好后可以直接上传它。</p>
        )}
        {until && <p className="center quiet">如果导错了，{until} 之前可以撤销。</p>}
      </Result>
      {job.state === "confirmed" && job.error && (
        <Alert type="error" showIcon title={`撤销没有成功：${job.error.message}`} />
      )}
      {refused.length > 0 && (
        <section aria-label="没有撤销的行">
          <h2>没有撤销的行（{job.undo?.refused_count ?? refused.length}）</h2>
          <Table
            size="small"
            rowKey="row_id"
            dataSource={refused}
            pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
            columns={[
              { title: "记录", dataIndex: "title", render: (title: string | null) => title ?? "（不在您的数据范围内）" },
              { title: "原因", dataIndex: "message" },
            ]}
          />
        </section>
      )}
    </div>
  );
}

function written(job: ImportJob): string {
  const parts = [
    job.created && `新增 ${job.created} 行`,
    job.updated && `更新 ${job.updated} 行`,
    job.unchanged && `${job.unchanged} 行没有变化`,
    job.skipped && `跳过 ${job.skipped} 行`,
    job.invalid && `${job.invalid} 行有错误，没有导入`,
  ].filter(Boolean);
  return parts.join("，") || "没有需要写入的内容";
}

function takenBack(job: ImportJob): string {
  const undo = job.undo;
  const kept = undo?.refused_count ?? 0;
  const parts = [
    undo?.deleted && `删除 ${undo.deleted} 行`,
    undo?.restored && `恢复 ${undo.restored} 行`,
    kept && `${kept} 行保持现状`,
  ].filter(Boolean);
  return `${parts.join("，") || "没有可以撤销的行"}（${undo?.by_name ?? ""} ${dateTime(undo?.undone_at)}）`;
}

/** The files on their way: progress, pause, go on, try again, and the question when a name is taken. */
import { CloseOutlined } from "@ant-design/icons";
import { Button, Card, Progress, Space } from "antd";
import { fileSize } from "../../shared/format";
import { uploads, useUploads, type UploadState, type UploadTask } from "./uploads";

const WORDS: Record<UploadState, string> = {
  waiting: "等待上传",
  hashing: "正在计算校验值",
  sending: "正在上传",
  paused: "已暂停",
  conflict: "同名文件已存在",
  failed: "上传失败",
  done: "上传完成",
};

export function UploadPanel({ slug }: { slug: string }) {
  const tasks = useUploads(slug);
  if (tasks.length === 0) return null;
  const left = tasks.filter((task) => task.state !== "done").length;
  return (
    <Card
      size="small"
      className="upload-panel"
      title={left ? `上传中（剩 ${left} 个）` : "上传完成"}
      extra={
        <Button size="small" disabled={left === tasks.length} onClick={() => uploads.clearDone()}>
          清除已完成
        </Button>
      }
    >
      <ul className="plain" aria-live="polite">
        {tasks.map((task) => (
          <li key={task.id} className="upload-task">
            <div className="upload-name">
              <span title={task.file.name}>{task.file.name}</span>
              <span className="quiet">
                {fileSize(task.file.size)} · {WORDS[task.state]}
              </span>
            </div>
            <Progress
              percent={Math.floor(task.part * 100)}
              size="small"
              aria-label={`${task.file.name} ${WORDS[task.state]}`}
              status={task.state === "done" ? "success" : task.state === "failed" ? "exception" : "normal"}
            />
            {task.error && <p className="upload-error">{task.error}</p>}
            <Actions task={task} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Actions({ task }: { task: UploadTask }) {
  const { state, id, file } = task;
  return (
    <Space size={4} wrap>
      {(state === "waiting" || state === "hashing" || state === "sending") && (
        <Button size="small" onClick={() => uploads.pause(id)}>
          暂停
        </Button>
      )}
      {state === "paused" && (
        <Button size="small" type="primary" onClick={() => uploads.resume(id)}>
          继续
        </Button>
      )}
      {state === "failed" && (
        <Button size="small" type="primary" onClick={() => uploads.resume(id)}>
          重试
        </Button>
      )}
      {state === "conflict" && (
        <>
          <Button size="small" type="primary" onClick={() => uploads.resolve(id, "version")}>
            覆盖为新版本
          </Button>
          <Button size="small" onClick={() => uploads.resolve(id, "rename")}>
            保留两者
          </Button>
        </>
      )}
      <Button
        size="small"
        type="text"
        icon={<CloseOutlined aria-hidden />}
        aria-label={`${state === "done" ? "移出列表" : "取消上传"} ${file.name}`}
        onClick={() => uploads.remove(id)}
      />
    </Space>
  );
}

import { Button, Result, Space } from "antd";
import { useLeaveTab } from "../../app/tabs/leave";
import type { ImportJob } from "../../api/types";

interface Props {
  job: ImportJob;
  path: string;
  onAgain: () => void;
}

export function Summary({ job, path, onAgain }: Props) {
  const leave = useLeaveTab();
  const parts = [
    job.created && `新增 ${job.created} 行`,
    job.updated && `更新 ${job.updated} 行`,
    job.unchanged && `${job.unchanged} 行没有变化`,
    job.skipped && `跳过 ${job.skipped} 行`,
    job.invalid && `${job.invalid} 行有错误，没有导入`,
  ].filter(Boolean);
  return (
    <Result
      status="success"
      title="导入完成"
      subTitle={parts.join("，") || "没有需要写入的内容"}
      extra={
        <Space wrap>
          <Button type="primary" onClick={() => leave(path)}>
            查看台账
          </Button>
          <Button onClick={onAgain}>继续导入</Button>
        </Space>
      }
    />
  );
}

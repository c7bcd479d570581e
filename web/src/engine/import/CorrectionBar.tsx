/** What has been changed in the preview and not been validated yet, and the way on. */
import { Alert, Button, Space } from "antd";
import type { Corrections } from "./useCorrections";

export function CorrectionBar({ corrections: { count, send, drop, sending } }: { corrections: Corrections }) {
  if (count === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      role="status"
      className="correction-bar no-print"
      title={`改了 ${count} 个单元格，还没有校验`}
      action={
        <Space wrap>
          <Button size="small" type="primary" loading={sending} onClick={send}>
            校验这些修改
          </Button>
          <Button size="small" disabled={sending} onClick={drop}>
            放弃这些修改
          </Button>
        </Space>
      }
    />
  );
}

/** The ten recovery codes, shown once: to print, to copy, and not to lose. */
import { Alert, App, Button, Checkbox, Space } from "antd";
import { useState } from "react";
import { useSession } from "../../api/session";

export function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const { me } = useSession();
  const { message } = App.useApp();
  const [kept, setKept] = useState(false);
  const text = codes.join("\n");

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      message.success("已复制");
    } catch {
      // Only on https and on this machine; elsewhere there is printing, and the text can be selected.
      message.warning("浏览器不允许复制，请打印或手工抄写");
    }
  }

  return (
    <div className="recovery">
      <Alert
        type="warning"
        showIcon
        title="请保存恢复码，它们只显示这一次"
        description="手机丢失或更换时，用其中一个代替动态口令登录，每个只能用一次。请打印后锁好，不要存放在手机里。"
      />
      <p className="print-only">
        安全生产危险作业管理平台 恢复码 · {me?.user.name}（{me?.user.username}）
      </p>
      <ul className="plain recovery-codes" aria-label="恢复码">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Space wrap className="no-print">
        <Button onClick={() => void copy()}>复制</Button>
        <Button onClick={() => window.print()}>打印</Button>
      </Space>
      <div className="no-print recovery-end">
        <Checkbox checked={kept} onChange={(event) => setKept(event.target.checked)}>
          我已保存好恢复码
        </Checkbox>
        <Button type="primary" disabled={!kept} onClick={onKept}>
          完成
        </Button>
      </div>
    </div>
  );
}

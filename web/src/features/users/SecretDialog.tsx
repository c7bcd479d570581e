/** A one-time password, shown once: whoever closes this cannot see it again. */
import { Alert, Modal, Typography } from "antd";
import type { WithSecret } from "../../api/organisation";
import { dateTime } from "../../shared/format";

export function SecretDialog({ secret, onClose }: { secret: WithSecret; onClose: () => void }) {
  return (
    <Modal
      open
      title={`“${secret.user.name}”的一次性密码`}
      okText="我已告知本人"
      cancelButtonProps={{ hidden: true }}
      mask={{ closable: false }}
      closable={false}
      onOk={onClose}
    >
      <div className="stack">
        <Alert type="warning" showIcon title="密码只显示这一次，关闭后无法再查看，请当面或电话告知本人。" />
        <p>
          用户名：<b>{secret.user.username}</b>
        </p>
        <p>
          一次性密码：
          <Typography.Text code copyable={{ tooltips: ["复制", "已复制"] }}>
            {secret.one_time_password}
          </Typography.Text>
        </p>
        <p className="quiet">有效至 {secret.expires_at ? dateTime(secret.expires_at) : "—"}，首次登录后必须修改。</p>
      </div>
    </Modal>
  );
}

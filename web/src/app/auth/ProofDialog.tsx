/** Asks for the password again before something that only its owner may do; the request then goes on by itself. */
import { Alert, Form, Input, Modal } from "antd";
import { useState } from "react";
import { ApiError, describe, waiting } from "../../api/problem";
import { reauthenticate, refuseProof, useProofAsked } from "../../api/proof";
import { useSession } from "../../api/session";

export function ProofDialog() {
  const asked = useProofAsked();
  const { me } = useSession();
  const [form] = Form.useForm<{ password: string; code?: string }>();
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const needsCode = Boolean(me?.user.second_factor);

  async function submit({ password, code }: { password: string; code?: string }) {
    setBusy(true);
    setError("");
    try {
      await reauthenticate(password, code?.trim());
    } catch (reason) {
      const wait = reason instanceof ApiError && reason.retryAfter ? `，请 ${waiting(reason.retryAfter)}后再试` : "";
      setError(describe(reason) + wait);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open={asked}
      title="请确认是您本人"
      okText="确认"
      cancelText="取消"
      width={400}
      confirmLoading={busy}
      destroyOnHidden
      zIndex={1100}
      onOk={() => form.submit()}
      onCancel={() => {
        setError("");
        refuseProof();
      }}
    >
      <p>此操作涉及账号安全，请再次输入密码。</p>
      <Form form={form} name="proof" layout="vertical" requiredMark={false} preserve={false} onFinish={submit}>
        <div>{error && <Alert type="error" showIcon className="login-error" title={error} />}</div>
        <input type="text" name="username" autoComplete="username" value={me?.user.username ?? ""} readOnly hidden />
        <Form.Item name="password" label="密码" rules={[{ required: true, message: "请输入密码" }]}>
          <Input.Password autoComplete="current-password" autoFocus maxLength={256} />
        </Form.Item>
        {needsCode && (
          <Form.Item name="code" label="动态口令" rules={[{ required: true, message: "请输入 6 位动态口令" }]}>
            <Input autoComplete="one-time-code" inputMode="numeric" maxLength={64} />
          </Form.Item>
        )}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </Form>
    </Modal>
  );
}

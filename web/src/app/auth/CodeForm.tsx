/** The second step: a code of the authenticator app, or a recovery code when the phone is gone. */
import { SafetyOutlined } from "@ant-design/icons";
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { ApiError, describe, waiting } from "../../api/problem";
import { signInWithCode } from "../../api/signin";

interface Props {
  challenge: string;
  /** Back to the password, with the reason. */
  onAgain: (reason: string) => void;
}

export function CodeForm({ challenge, onAgain }: Props) {
  const [form] = Form.useForm<{ code: string }>();
  const [recovery, setRecovery] = useState(false);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);

  async function submit({ code }: { code: string }) {
    setBusy(true);
    setError("");
    try {
      await signInWithCode(challenge, code.trim());
    } catch (reason) {
      const problem = reason instanceof ApiError ? reason : null;
      if (problem?.code === "challenge_expired") return onAgain("验证已失效，请重新输入密码");
      const wait = problem?.retryAfter ? `，请 ${waiting(problem.retryAfter)}后再试` : "";
      setError(problem?.code === "code_wrong" ? `验证码不正确或已用过${wait}` : describe(reason));
      form.setFieldValue("code", "");
      document.getElementById("second_code")?.focus();
    } finally {
      setBusy(false);
    }
  }

  return (
    <Form form={form} name="second" layout="vertical" requiredMark={false} onFinish={submit}>
      <div>{error && <Alert type="error" showIcon className="login-error" title={error} />}</div>
      <Form.Item
        name="code"
        label={recovery ? "恢复码" : "动态口令"}
        rules={[{ required: true, whitespace: true, message: recovery ? "请输入恢复码" : "请输入 6 位动态口令" }]}
        extra={recovery ? "启用动态口令时保存的恢复码，每个只能用一次" : "打开手机上的验证器，输入当前显示的 6 位数字"}
      >
        <Input
          key={recovery ? "recovery" : "code"}
          size="large"
          prefix={<SafetyOutlined aria-hidden />}
          autoComplete="one-time-code"
          inputMode={recovery ? "text" : "numeric"}
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          maxLength={recovery ? 64 : 8}
        />
      </Form.Item>
      <Button type="primary" htmlType="submit" size="large" block loading={busy}>
        验证并登录
      </Button>
      <div className="login-other">
        <Button
          type="link"
          onClick={() => {
            setRecovery(!recovery);
            setError("");
            form.resetFields();
          }}
        >
          {recovery ? "改用动态口令" : "手机不在身边？使用恢复码"}
        </Button>
        <Button type="link" onClick={() => onAgain("")}>
          返回
        </Button>
      </div>
    </Form>
  );
}

/** User name and password, with what went wrong said beside them; used by the login page and by the ended session. */
import { LockOutlined, UserOutlined } from "@ant-design/icons";
import { Alert, Button, Form, Input } from "antd";
import { useEffect, useState } from "react";
import { ApiError, describe, waiting } from "../../api/problem";
import { signIn } from "../../api/session";

interface Props {
  /** The person to sign in again as; the name is then not asked for. */
  username?: string;
}

export function LoginForm({ username }: Props) {
  const [form] = Form.useForm<{ username: string; password: string }>();
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const [left, setLeft] = useState(0);

  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);

  async function submit(values: { username: string; password: string }) {
    setBusy(true);
    setError(null);
    try {
      await signIn(values.username.trim(), values.password);
    } catch (reason) {
      const problem = reason instanceof ApiError ? reason : new ApiError(0);
      setError(problem);
      setLeft(problem.retryAfter ?? 0);
      form.setFieldValue("password", "");
      document.getElementById("login_password")?.focus();
    } finally {
      setBusy(false);
    }
  }

  const locked = left > 0;
  return (
    <Form
      form={form}
      name="login"
      layout="vertical"
      requiredMark={false}
      onFinish={submit}
      {...(username ? { initialValues: { username } } : {})}
    >
      <div>
        {error && (
          <Alert
            type={locked ? "warning" : "error"}
            showIcon
            className="login-error"
            title={locked ? `${sentence(error)}请 ${waiting(left)}后再试。` : describe(error)}
          />
        )}
      </div>
      <Form.Item
        name="username"
        label="用户名"
        rules={[{ required: true, whitespace: true, message: "请输入用户名" }]}
        hidden={Boolean(username)}
      >
        <Input
          size="large"
          prefix={<UserOutlined aria-hidden />}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={!username}
          maxLength={64}
        />
      </Form.Item>
      <Form.Item name="password" label="密码" rules={[{ required: true, message: "请输入密码" }]}>
        <Input.Password
          size="large"
          prefix={<LockOutlined aria-hidden />}
          autoComplete="current-password"
          autoFocus={Boolean(username)}
          maxLength={256}
        />
      </Form.Item>
      <Button type="primary" htmlType="submit" size="large" block loading={busy} disabled={locked}>
        {locked ? `请等待 ${waiting(left)}` : "登录"}
      </Button>
    </Form>
  );
}

/** The reason without the waiting time that the server put in words: the page counts it down itself. */
function sentence(error: ApiError): string {
  const text = (error.detail ?? error.title).split(/[，,。；]?\s*请/)[0] || error.title;
  return `${text.replace(/[。，]$/, "")}，`;
}

/** User name and password, with what went wrong said beside them; used by the login page and by the ended session. */
import { LockOutlined, UserOutlined } from "@ant-design/icons";
import { Alert, Button, Form, Input } from "antd";
import { useEffect, useState } from "react";
import { ApiError } from "../../api/problem";
import { signIn } from "../../api/session";
import { clock, isFor, lockedUntil, refusal, type Lock } from "./lock";

interface Props {
  /** The person to sign in again as; the name is then not asked for. */
  username?: string;
}

export function LoginForm({ username }: Props) {
  const [form] = Form.useForm<{ username: string; password: string }>();
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const [lock, setLock] = useState<Lock | null>(null);
  const [now, setNow] = useState(Date.now);
  const typed = Form.useWatch("username", form) as string | undefined;
  // The wait belongs to the name that was refused: another person at the same computer can sign in at once.
  const left = lock && isFor(lock, username ?? typed) ? Math.max(0, Math.ceil((lock.until - now) / 1000)) : 0;
  const locked = left > 0;

  useEffect(() => {
    if (!locked) return;
    // By the clock and not by counting: a tab in the background gets fewer ticks.
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [locked]);

  async function submit(values: { username: string; password: string }) {
    setBusy(true);
    setError(null);
    try {
      await signIn(values.username.trim(), values.password);
    } catch (reason) {
      const problem = reason instanceof ApiError ? reason : new ApiError(0);
      setError(problem);
      setNow(Date.now());
      setLock(lockedUntil(problem, values.username, Date.now()));
      form.setFieldValue("password", "");
      document.getElementById("login_password")?.focus();
    } finally {
      setBusy(false);
    }
  }

  return (
    <Form
      form={form}
      name="login"
      layout="vertical"
      requiredMark={false}
      onFinish={submit}
      onValuesChange={(change) => {
        // What was said about one name says nothing about another.
        if ("username" in change && lock?.name !== null) setError(null);
      }}
      {...(username ? { initialValues: { username } } : {})}
    >
      <div>
        {(error || locked) && (
          <Alert
            type={locked ? "warning" : "error"}
            showIcon
            className="login-error"
            title={refusal(error, left)}
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
        {locked ? `请等待 ${clock(left)}` : "登录"}
      </Button>
    </Form>
  );
}

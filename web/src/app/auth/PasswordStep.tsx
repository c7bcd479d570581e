/** The first step: user name and password. */
import { LockOutlined, UserOutlined } from "@ant-design/icons";
import { Alert, Button, Form, Input } from "antd";
import { useEffect, useState } from "react";
import { ApiError } from "../../api/problem";
import { signIn } from "../../api/signin";
import { useCapsLock } from "./capsLock";
import { clock, isFor, lockedUntil, refusal, type Lock } from "./lock";

interface Props {
  username?: string;
  /** Why the person is here again. */
  notice: string;
  onChallenge: (challenge: string) => void;
}

export function PasswordStep({ username, notice, onChallenge }: Props) {
  const [form] = Form.useForm<{ username: string; password: string }>();
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState<"" | "checking" | "puzzle">("");
  const [lock, setLock] = useState<Lock | null>(null);
  const [now, setNow] = useState(Date.now);
  const capsLock = useCapsLock();
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
    setBusy("checking");
    setError(null);
    try {
      const challenge = await signIn(values.username.trim(), values.password, () => setBusy("puzzle"));
      if (challenge) onChallenge(challenge);
    } catch (reason) {
      const problem = reason instanceof ApiError ? reason : new ApiError(0, { title: (reason as Error).message });
      setError(problem);
      setNow(Date.now());
      setLock(lockedUntil(problem, values.username, Date.now()));
      form.setFieldValue("password", "");
      document.getElementById("login_password")?.focus();
    } finally {
      setBusy("");
    }
  }

  const said = refusal(error, left) || notice;
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
        {said && <Alert type={locked ? "warning" : "error"} showIcon className="login-error" title={said} />}
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
      <Form.Item
        name="password"
        label="密码"
        rules={[{ required: true, message: "请输入密码" }]}
        extra={<span role="status">{capsLock.on && "大写锁定已打开（Caps Lock）"}</span>}
      >
        <Input.Password
          size="large"
          prefix={<LockOutlined aria-hidden />}
          autoComplete="current-password"
          autoFocus={Boolean(username)}
          maxLength={256}
          {...capsLock.watch}
        />
      </Form.Item>
      <Button type="primary" htmlType="submit" size="large" block loading={busy !== ""} disabled={locked}>
        {locked ? `请等待 ${clock(left)}` : busy === "puzzle" ? "正在进行安全验证…" : "登录"}
      </Button>
    </Form>
  );
}

/** A new password: the rules stand beside it, and each is ticked as soon as it is met. */
import { CheckCircleFilled, ClockCircleOutlined, MinusCircleOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input } from "antd";
import { useState } from "react";
import { account } from "../../api/account";
import { ApiError, describe, fieldErrors } from "../../api/problem";
import { continueWith, useSession } from "../../api/session";
import { verdict } from "./policy";

interface Values {
  current_password: string;
  new_password: string;
  again: string;
}

const ICONS = {
  met: <CheckCircleFilled aria-label="已满足" className="rule-met" />,
  open: <MinusCircleOutlined aria-label="未满足" />,
  later: <ClockCircleOutlined aria-label="提交时检查" />,
};

/** `current` is the password that was just typed to sign in; it is then not asked for. */
export function PasswordForm({ current }: { current?: string }) {
  const { me } = useSession();
  const { message } = App.useApp();
  const policy = useQuery({ queryKey: ["password-policy"], queryFn: account.policy, staleTime: Infinity });
  const [form] = Form.useForm<Values>();
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const typed = (Form.useWatch("new_password", form) as string | undefined) ?? "";
  const user = me?.user;
  const words = [...(policy.data?.blocked_words ?? []), user?.username, user?.name, user?.employee_no];

  async function submit(values: Values) {
    setBusy(true);
    setError("");
    try {
      await continueWith(await account.changePassword(current ?? values.current_password, values.new_password));
      form.resetFields();
      message.success("密码已修改，其他设备上的登录已结束");
    } catch (reason) {
      if (!(reason instanceof ApiError)) return setError(describe(reason));
      const known = current ? ["new_password"] : ["current_password", "new_password"];
      const { fields, others } = fieldErrors(reason, new Set(known));
      form.setFields(known.map((name) => ({ name: name as keyof Values, errors: fields[name] ?? [] })));
      setError(others.length ? others.join("；") : Object.keys(fields).length ? "" : describe(reason));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Form form={form} name="password" layout="vertical" requiredMark={false} onFinish={submit} className="narrow-form">
      <div>{error && <Alert type="error" showIcon className="login-error" title={error} />}</div>
      {/* For password managers: whose password this is. */}
      <input type="text" name="username" autoComplete="username" value={user?.username ?? ""} readOnly hidden />
      {!current && (
        <Form.Item name="current_password" label="当前密码" rules={[{ required: true, message: "请输入当前密码" }]}>
          <Input.Password autoComplete="current-password" maxLength={256} />
        </Form.Item>
      )}
      <Form.Item name="new_password" label="新密码" rules={[{ required: true, message: "请输入新密码" }]}>
        <Input.Password autoComplete="new-password" maxLength={256} aria-describedby="password-rules" />
      </Form.Item>
      <ul id="password-rules" className="plain password-rules">
        {policy.data?.rules.map((rule) => (
          <li key={rule.code} title={rule.basis}>
            {ICONS[verdict(rule, typed, words)]} {rule.text}
          </li>
        ))}
      </ul>
      <Form.Item
        name="again"
        label="再次输入新密码"
        dependencies={["new_password"]}
        rules={[
          { required: true, message: "请再次输入新密码" },
          ({ getFieldValue }) => ({
            validator: (_, value: string) =>
              !value || getFieldValue("new_password") === value
                ? Promise.resolve()
                : Promise.reject(new Error("两次输入的密码不一致")),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={256} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>
        修改密码
      </Button>
      {policy.data?.max_age_days && <p className="quiet">密码须每 {policy.data.max_age_days} 天修改一次（{policy.data.basis}）。</p>}
    </Form>
  );
}

/** Setting up the second factor: scan, type the first code, keep the recovery codes. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Skeleton } from "antd";
import { useState } from "react";
import { account } from "../../api/account";
import { describe } from "../../api/problem";
import { continueWith, type TokenAnswer } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import { RecoveryCodes } from "./RecoveryCodes";

export function SecondFactorSetup({ onDone }: { onDone?: () => void }) {
  const client = useQueryClient();
  const [form] = Form.useForm<{ code: string }>();
  // Asked once: each answer is a new secret, and the one on the screen has to be the one that counts.
  const begun = useQuery({
    queryKey: ["second-factor", "enrolment"],
    queryFn: account.enrol,
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    refetchOnReconnect: false,
  });
  const [done, setDone] = useState<{ codes: string[]; access: TokenAnswer } | null>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);

  async function confirm({ code }: { code: string }) {
    setBusy(true);
    setError("");
    try {
      const answer = await account.confirm(code.trim());
      setDone({ codes: answer.recovery_codes, access: answer.access });
    } catch (reason) {
      setError(describe(reason));
      form.setFieldValue("code", "");
    } finally {
      setBusy(false);
    }
  }

  async function finish() {
    // Only now: the page behind this one changes as soon as the session has two factors, and the codes are shown once.
    await continueWith(done!.access);
    void client.invalidateQueries({ queryKey: ["second-factor", "state"] });
    void client.invalidateQueries({ queryKey: ["my-sessions"] });
    onDone?.();
  }

  if (done) {
    return <RecoveryCodes codes={done.codes} onKept={() => void finish()} />;
  }
  if (begun.isPending) return <Skeleton active className="pad" />;
  if (begun.isError) return <Failure error={begun.error} onRetry={() => void begun.refetch()} />;
  const { qr_svg, secret } = begun.data;
  return (
    <Form form={form} name="setup" layout="vertical" requiredMark={false} onFinish={confirm} className="narrow-form">
      <ol className="setup-steps">
        <li>在手机上安装验证器，如“微软身份验证器”“腾讯身份验证器”等支持 TOTP 的应用（不需要联网）。</li>
        <li>
          用它扫描二维码：
          <img
            className="qr"
            alt="动态口令二维码，扫描后验证器会显示 6 位数字"
            src={`data:image/svg+xml;utf8,${encodeURIComponent(qr_svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"'))}`}
          />
          不能扫描时，手工输入密钥：<code className="secret">{secret.match(/.{1,4}/g)?.join(" ")}</code>
        </li>
        <li>输入验证器显示的 6 位数字，确认设置成功。</li>
      </ol>
      <div>{error && <Alert type="error" showIcon className="login-error" title={error} />}</div>
      <Form.Item name="code" label="6 位动态口令" rules={[{ required: true, message: "请输入 6 位动态口令" }]}>
        <Input autoComplete="one-time-code" inputMode="numeric" maxLength={8} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>
        启用动态口令
      </Button>
    </Form>
  );
}

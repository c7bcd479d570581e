/** 动态口令: set up, renew the recovery codes, take away. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Form, Input, Modal, Skeleton, Space, Tag } from "antd";
import { useState } from "react";
import { account } from "../../api/account";
import { describe } from "../../api/problem";
import { useSession } from "../../api/session";
import { dateTime } from "../../shared/format";
import { Failure } from "../../app/ErrorBoundary";
import { RecoveryCodes } from "./RecoveryCodes";
import { SecondFactorSetup } from "./SecondFactorSetup";

type Open = "setup" | "codes" | "disable" | null;

export function SecondFactorCard() {
  const { me } = useSession();
  const { message } = App.useApp();
  const client = useQueryClient();
  const state = useQuery({ queryKey: ["second-factor", "state"], queryFn: account.secondFactor });
  const [open, setOpen] = useState<Open>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const again = () => client.invalidateQueries({ queryKey: ["second-factor", "state"] });
  const close = () => {
    setOpen(null);
    setCodes(null);
    void again();
  };
  const required = Boolean(me?.user.second_factor_required);

  async function act(code: string) {
    if (open === "codes") {
      setCodes((await account.newRecoveryCodes(code)).recovery_codes);
      return;
    }
    await account.disable(code);
    message.success("动态口令已停用");
    close();
  }

  return (
    <Card
      title={
        <Space>
          动态口令
          {state.data && <Tag color={state.data.enabled ? "green" : "default"}>{state.data.enabled ? "已启用" : "未启用"}</Tag>}
        </Space>
      }
    >
      {state.isPending && <Skeleton active />}
      {state.isError && <Failure error={state.error} onRetry={() => void state.refetch()} />}
      {state.data && !state.data.enabled && open !== "setup" && (
        <>
          <p>启用后，登录时除密码外还要输入手机上显示的 6 位数字，密码泄露也不会被他人登录。</p>
          <Button type="primary" onClick={() => setOpen("setup")}>
            启用动态口令
          </Button>
        </>
      )}
      {open === "setup" && <SecondFactorSetup onDone={close} />}
      {state.data?.enabled && open !== "setup" && (
        <>
          <p>
            {dateTime(state.data.confirmed_at)} 启用，剩余恢复码 {state.data.recovery_codes_left} 个。
          </p>
          {state.data.recovery_codes_left < 3 && (
            <Alert type="warning" showIcon className="login-error" title="恢复码快用完了，请重新生成并保存" />
          )}
          <Space wrap>
            <Button onClick={() => setOpen("codes")}>重新生成恢复码</Button>
            <Button danger onClick={() => setOpen("disable")}>
              停用动态口令
            </Button>
          </Space>
        </>
      )}
      <Modal
        open={open === "codes" || open === "disable"}
        title={open === "disable" ? "停用动态口令？" : "重新生成恢复码"}
        footer={null}
        onCancel={close}
        destroyOnHidden
      >
        {codes ? (
          <RecoveryCodes codes={codes} onKept={close} />
        ) : (
          <CodeQuestion
            text={
              open === "disable"
                ? required
                  ? "您的账号必须使用动态口令：停用后须立即重新设置，否则不能进行其他操作。"
                  : "停用后只凭密码就能登录，恢复码同时作废。"
                : "原有的恢复码将全部作废。"
            }
            danger={open === "disable"}
            okText={open === "disable" ? "停用" : "重新生成"}
            onCode={act}
          />
        )}
      </Modal>
    </Card>
  );
}

interface QuestionProps {
  text: string;
  okText: string;
  danger: boolean;
  onCode: (code: string) => Promise<void>;
}

function CodeQuestion({ text, okText, danger, onCode }: QuestionProps) {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  async function submit({ code }: { code: string }) {
    setBusy(true);
    setError("");
    try {
      await onCode(code.trim());
    } catch (reason) {
      setError(describe(reason));
    } finally {
      setBusy(false);
    }
  }
  return (
    <Form name="question" layout="vertical" requiredMark={false} onFinish={submit}>
      <p>{text}</p>
      <div>{error && <Alert type="error" showIcon className="login-error" title={error} />}</div>
      <Form.Item name="code" label="动态口令" rules={[{ required: true, message: "请输入 6 位动态口令" }]}>
        <Input autoComplete="one-time-code" inputMode={danger ? "text" : "numeric"} maxLength={64} autoFocus />
      </Form.Item>
      <Button type="primary" danger={danger} htmlType="submit" loading={busy}>
        {okText}
      </Button>
    </Form>
  );
}

/** What is done to a person beside changing them: each says what will happen, and asks. */
import { useMutation } from "@tanstack/react-query";
import { App, Input } from "antd";
import { useRef } from "react";
import { staff, type Person, type WithSecret } from "../../api/organisation";
import { ApiError, describe } from "../../api/problem";

export type Deed = "disable" | "enable" | "reset" | "give" | "withdraw";

export const DEEDS: Record<Deed, string> = {
  disable: "停用",
  enable: "启用",
  reset: "重置密码",
  give: "开通账号",
  withdraw: "收回账号",
};

/** What can be done to a person as they are. */
export function deedsFor(person: Person, me: string | undefined): Deed[] {
  if (!person.active) return ["enable"];
  const own = person.id === me;
  return [
    ...(person.account ? (own ? [] : (["reset", "withdraw"] as Deed[])) : (["give"] as Deed[])),
    ...(own ? [] : (["disable"] as Deed[])),
  ];
}

interface Options {
  onChanged: (person: Person) => void;
  onSecret: (secret: WithSecret) => void;
}

export function usePersonActions({ onChanged, onSecret }: Options) {
  const { message, modal } = App.useApp();
  const typed = useRef("");
  const act = useMutation({
    mutationFn: async ({ person, deed }: { person: Person; deed: Deed }) => {
      if (deed === "reset" || deed === "give") {
        const secret = await (deed === "reset" ? staff.reset(person) : staff.giveAccount(person, typed.current.trim()));
        onSecret(secret);
        return secret.user;
      }
      if (deed === "disable") return staff.disable(person, typed.current.trim());
      return deed === "enable" ? staff.enable(person) : staff.withdrawAccount(person);
    },
    onSuccess: (person, { deed }) => {
      message.success(`${DEEDS[deed]}：${person.name}`);
      onChanged(person);
    },
    onError: (error) => {
      const reasons = error instanceof ApiError ? error.errors.map((one) => one.message) : [];
      message.error(reasons.length ? reasons.join("；") : describe(error));
    },
  });

  return async (person: Person, deed: Deed) => {
    typed.current = deed === "give" ? (person.username ?? "") : "";
    const input = (label: string, more: { disabled?: boolean } = {}) => (
      <label className="stack">
        {label}
        <Input
          defaultValue={typed.current}
          maxLength={deed === "give" ? 32 : 200}
          autoComplete="off"
          onChange={(event) => (typed.current = event.target.value)}
          {...more}
        />
      </label>
    );
    const words = {
      disable: {
        title: `停用“${person.name}”？`,
        content: (
          <div className="stack">
            <p>{person.account ? "其登录会在 5 秒内全部失效，" : ""}不再接收提醒；其经办的记录全部保留。可以随时启用。</p>
            {input("停用原因（如：离职）")}
          </div>
        ),
      },
      enable: { title: `启用“${person.name}”？`, content: "恢复在用状态，原来的角色和账号随之恢复。" },
      reset: {
        title: `重置“${person.name}”的密码？`,
        content: "原密码立即失效，其登录全部结束。系统生成一次性密码，15 分钟内有效，首次登录后必须修改。",
      },
      give: {
        title: `为“${person.name}”开通账号`,
        content: input("用户名（小写字母开头）", { disabled: person.username !== null }),
      },
      withdraw: {
        title: `收回“${person.name}”的账号？`,
        content: "其登录会在 5 秒内全部失效，不能再登录；人员和其经办的记录保留。用户名为其保留，可以再次开通。",
      },
    }[deed];
    const sure = await modal.confirm({
      ...words,
      okText: DEEDS[deed],
      cancelText: "取消",
      okButtonProps: { danger: deed === "disable" || deed === "withdraw" || deed === "reset" },
    });
    if (sure) act.mutate({ person, deed });
  };
}

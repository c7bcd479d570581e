/** 登录安全: what somebody signs in with. For the day when a telephone is lost: the code and the telephone are taken away
 * here, and their sessions end. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Drawer, Skeleton } from "antd";
import { Link } from "react-router";
import { signInOf } from "../../api/account";
import type { Person } from "../../api/organisation";
import { describe } from "../../api/problem";
import { Failure } from "../../app/ErrorBoundary";
import { dateTime } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";
import { DeviceList } from "../account/DeviceList";

interface Props {
  person: Person;
  /** Whether it is the administrator's own: that is done in 个人中心, where a code is asked for. */
  own: boolean;
  mayUpdate: boolean;
  mayEnd: boolean;
  onClose: () => void;
}

export function SignInSafety({ person, own, mayUpdate, mayEnd, onClose }: Props) {
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const key = ["second-factor-of", person.id];
  const state = useQuery({ queryKey: key, queryFn: () => signInOf.secondFactor(person.id) });
  const take = useMutation({
    mutationFn: () => signInOf.takeSecondFactor(person.id),
    onSuccess: () => message.success("动态口令已停用，其登录已全部结束"),
    onError: (error) => message.error(describe(error)),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });

  async function ask() {
    const sure = await modal.confirm({
      title: `停用“${person.name}”的动态口令？`,
      content: "仅用于本人丢失手机和恢复码。请先核实是本人提出。其登录全部结束，此后只凭密码登录，直到重新启用。此操作记入审计日志。",
      okText: "停用",
      okButtonProps: { danger: true },
      cancelText: "取消",
    });
    if (sure) take.mutate();
  }

  return (
    <Drawer open onClose={onClose} size={520} title={`“${person.name}”的登录安全`}>
      <div className="stack">
        <section aria-label="动态口令">
          <h3>动态口令</h3>
          {state.isPending && <Skeleton active paragraph={{ rows: 1 }} />}
          {state.isError && <Failure error={state.error} onRetry={() => void state.refetch()} />}
          {state.data?.enabled && (
            <>
              <p>
                <StatusTag tone="green">已启用</StatusTag> {dateTime(state.data.confirmed_at ?? "")} 起，剩余恢复码{" "}
                {state.data.recovery_codes_left} 个
              </p>
              {mayUpdate && !own && (
                <Button danger loading={take.isPending} onClick={() => void ask()}>
                  停用动态口令
                </Button>
              )}
              {own && <Link to="/account">在“个人中心”中更换或停用</Link>}
            </>
          )}
          {state.data && !state.data.enabled && (
            <p>
              <StatusTag tone="grey">未启用</StatusTag> 由本人在“个人中心”中启用
            </p>
          )}
        </section>
        <section aria-label="手机">
          <h3>手机</h3>
          <DeviceList
            queryKey={["devices-of", person.id]}
            load={() => signInOf.devices(person.id)}
            revoke={mayEnd ? (id) => signInOf.revokeDevice(person.id, id) : undefined}
            empty="没有手机登录过。"
          />
        </section>
        <Link to={`/system/sessions?q=${encodeURIComponent(person.username ?? person.name)}`}>查看其现在的登录</Link>
      </div>
    </Drawer>
  );
}

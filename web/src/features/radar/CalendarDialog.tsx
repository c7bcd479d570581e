/** 日历订阅: an address for the calendar of a telephone or of Outlook. It is as good as a password, and shown once. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Modal, Space, Typography } from "antd";
import { describe } from "../../api/problem";
import { radar } from "../../api/radar";
import { Failure } from "../../app/ErrorBoundary";
import { dateTime } from "../../shared/format";
import { Loading } from "../../shared/Loading";

export function CalendarDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const { message, modal } = App.useApp();
  const state = useQuery({ queryKey: ["radar", "calendar"], queryFn: radar.calendar, staleTime: 0 });
  const refresh = () => client.invalidateQueries({ queryKey: ["radar", "calendar"] });
  const onError = (error: unknown) => void message.error(describe(error));
  const make = useMutation({ mutationFn: radar.makeCalendar, onSuccess: refresh, onError });
  const end = useMutation({
    mutationFn: radar.endCalendar,
    onSuccess: () => {
      make.reset();
      void message.success("日历订阅已停用");
      return refresh();
    },
    onError,
  });
  const again = () =>
    void modal.confirm({
      title: "重新生成订阅地址？",
      content: "原来的地址立即失效，已经订阅的手机和电脑需要改用新地址。",
      okText: "重新生成",
      onOk: () => make.mutateAsync().catch(() => undefined),
    });
  const stop = () =>
    void modal.confirm({
      title: "停用日历订阅？",
      content: "地址立即失效，已经订阅的手机和电脑不再更新；以后可以重新生成。",
      okText: "停用",
      okButtonProps: { danger: true },
      onOk: () => end.mutateAsync().catch(() => undefined),
    });
  const url = make.data?.url;
  const active = state.data?.active ?? false;
  return (
    <Modal
      open
      title="日历订阅"
      mask={{ closable: !url }}
      onCancel={onClose}
      footer={
        <Space wrap>
          {active && (
            <Button danger loading={end.isPending} onClick={stop}>
              停用订阅
            </Button>
          )}
          {active && (
            <Button loading={make.isPending} onClick={again}>
              重新生成地址
            </Button>
          )}
          {state.data && !active && (
            <Button type="primary" loading={make.isPending} onClick={() => make.mutate()}>
              生成订阅地址
            </Button>
          )}
          <Button onClick={onClose}>关闭</Button>
        </Space>
      }
    >
      {state.isPending && <Loading />}
      {state.isError && <Failure error={state.error} onRetry={() => void state.refetch()} />}
      {state.data && (
        <div className="stack">
          <p className="radar-text">
            把您有权查看的到期日期放进手机或电脑的日历：最近 30 天内超期的和以后 180 天内到期的，每天自动更新，权限随您的账号变化。
          </p>
          {url ? (
            <>
              <Alert
                type="warning"
                showIcon
                title="地址只显示这一次，请现在复制。拿到地址的人不用登录就能看到这些日期，不要发给别人。"
              />
              <Typography.Text code copyable={{ text: url, tooltips: ["复制地址", "已复制"] }} className="radar-address">
                {url}
              </Typography.Text>
            </>
          ) : (
            <p className="radar-text">
              {active
                ? `订阅已启用：${dateTime(state.data.created_at)} 生成，${
                    state.data.used_at ? `最近一次读取 ${dateTime(state.data.used_at)}` : "还没有被读取过"
                  }。地址不再显示，忘记了请重新生成。`
                : "还没有订阅地址。"}
            </p>
          )}
          <section aria-label="使用方法">
            <h3 className="radar-text">使用方法</h3>
            <ul className="radar-text">
              <li>iPhone：设置 → 日历 → 账户 → 添加账户 → 其他 → 添加已订阅的日历，粘贴地址。</li>
              <li>Outlook：日历 → 添加日历 → 从 Internet 订阅，粘贴地址。</li>
              <li>其他手机：在日历应用中选择“订阅日历”或“URL 订阅”，粘贴地址。</li>
            </ul>
          </section>
        </div>
      )}
    </Modal>
  );
}

/** Retiring an item, after a look at who uses it. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Modal, Skeleton } from "antd";
import { dictionaries, usageOf, type DictionaryItem } from "../../api/dictionaries";
import { describe } from "../../api/problem";

interface Props {
  code: string;
  item: DictionaryItem;
  /** Only to look at the usage. */
  lookOnly: boolean;
  onClose: () => void;
  onDone: () => void;
}

export function RetireDialog({ code, item, lookOnly, onClose, onDone }: Props) {
  const { message } = App.useApp();
  const usage = useQuery({
    queryKey: ["dictionaries", "usage", code, item.value],
    queryFn: () => usageOf(code, item.value),
    staleTime: 0,
  });
  const retire = useMutation({
    mutationFn: () => dictionaries.retire(code, item),
    onSuccess: () => {
      message.success(`“${item.label}”已停用，可随时恢复`);
      onDone();
    },
    onError: (error) => message.error(describe(error)),
  });
  const places = (usage.data ?? []).flatMap((service) =>
    (service.items ?? []).map((one) => ({ ...one, service: service.title, rows: one.counts[item.value] ?? 0 })),
  );
  const used = places.filter((one) => one.rows > 0);
  const silent = (usage.data ?? []).filter((service) => service.items === null);
  const rows = used.reduce((sum, one) => sum + one.rows, 0);
  return (
    <Modal
      open
      title={lookOnly ? `“${item.label}”的使用情况` : `停用“${item.label}”？`}
      okText={lookOnly ? "关闭" : "停用"}
      okButtonProps={{ danger: !lookOnly, disabled: !lookOnly && usage.isPending }}
      cancelText="取消"
      confirmLoading={retire.isPending}
      onCancel={onClose}
      onOk={() => (lookOnly ? onClose() : retire.mutate())}
      footer={(buttons, { OkBtn }) => (lookOnly ? <OkBtn /> : buttons)}
    >
      {!lookOnly && <p>停用后新记录不能再选用；已有记录照常显示。条目不会被删除，可随时恢复。</p>}
      {usage.isPending && <Skeleton active paragraph={{ rows: 2 }} title={false} />}
      {usage.data && (
        <div className="stack" aria-live="polite">
          {used.length > 0 ? (
            <>
              <p>{`共有 ${rows} 条记录使用它：`}</p>
              <ul aria-label="使用情况">
                {used.map((one) => (
                  <li key={`${one.key}-${one.field}`}>{`${one.title}（${one.field}）：${one.rows} 条`}</li>
                ))}
              </ul>
            </>
          ) : (
            <p>{places.length ? "没有记录使用它。" : "没有台账使用这个字典。"}</p>
          )}
          {silent.length > 0 && (
            <Alert
              type="warning"
              showIcon
              title={`${silent.map((service) => service.title).join("、")}没有回答，那里的使用情况不明。`}
            />
          )}
        </div>
      )}
    </Modal>
  );
}

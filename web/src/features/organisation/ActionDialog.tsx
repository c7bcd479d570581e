/** Closing, merging, moving, opening again: what will happen is read before it is confirmed. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Form, Modal, Skeleton, TreeSelect } from "antd";
import { useState } from "react";
import { organisation, type Action, type FullDepartment } from "../../api/organisation";
import { describe } from "../../api/problem";
import { departmentTree } from "../../engine/field/departments";

export interface Asked {
  action: Action;
  row: FullDepartment;
  /** Where a drop has put it: the dialog then only asks. */
  target?: string;
  before?: string | null;
}

const WORDS: Record<Action, { title: string; ok: string; done: string; target?: string }> = {
  close: { title: "关闭", ok: "关闭单位", done: "已关闭" },
  merge: { title: "合并", ok: "合并", done: "已合并", target: "并入哪个单位" },
  move: { title: "移动", ok: "移动", done: "已移动", target: "移到哪个单位之下" },
  reopen: { title: "恢复", ok: "恢复使用", done: "已恢复" },
};

interface Props {
  asked: Asked;
  departments: FullDepartment[];
  onClose: () => void;
  onDone: (row: FullDepartment) => void;
}

export function ActionDialog({ asked: { action, row, target: given, before = null }, departments, onClose, onDone }: Props) {
  const { message } = App.useApp();
  const [target, setTarget] = useState<string | undefined>(given);
  const words = WORDS[action];
  const ready = !words.target || target !== undefined;
  const effects = useQuery({
    queryKey: ["department-effects", row.id, row.version, action, target ?? ""],
    queryFn: () => organisation.effects(row.id, action, target),
    enabled: ready,
    staleTime: 0,
  });
  const act = useMutation({
    mutationFn: () => {
      if (action === "merge") return organisation.merge(row, target!);
      if (action === "move") return organisation.place(row, target!, before);
      return action === "close" ? organisation.close(row) : organisation.reopen(row);
    },
    onSuccess: (changed) => {
      message.success(`${words.done}“${changed.name}”，几秒内在各模块生效`);
      onDone(changed);
    },
    onError: (error) => message.error(describe(error)),
  });
  const blocked = Boolean(effects.data?.blockers.length);
  return (
    <Modal
      open
      title={`${words.title}“${row.name}”`}
      okText={words.ok}
      cancelText="取消"
      okButtonProps={{ danger: action === "close" || action === "merge", disabled: !effects.data || blocked }}
      confirmLoading={act.isPending}
      onCancel={onClose}
      onOk={() => act.mutate()}
    >
      {words.target && !given && (
        <Form layout="vertical">
          <Form.Item label={words.target} htmlFor="department-target">
            <TreeSelect
              id="department-target"
              value={target}
              onChange={setTarget}
              placeholder="请选择单位"
              treeData={departmentTree(departments.filter((one) => !one.closed_on && !one.path.startsWith(row.path)))}
              treeDefaultExpandAll
              showSearch={{ treeNodeFilterProp: "title" }}
              className="wide"
            />
          </Form.Item>
        </Form>
      )}
      {ready && effects.isPending && <Skeleton active />}
      {effects.isError && <Alert type="error" showIcon title={describe(effects.error)} />}
      {effects.data && (
        <div className="stack">
          {blocked && (
            <Alert
              type="warning"
              showIcon
              title={`现在不能${words.title}`}
              description={
                <ul className="plain">
                  {effects.data.blockers.map((blocker) => (
                    <li key={blocker.code + blocker.message}>{blocker.message}</li>
                  ))}
                </ul>
              }
            />
          )}
          {!blocked && (
            <ul aria-label="将会发生">
              {effects.data.sentences.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Modal>
  );
}

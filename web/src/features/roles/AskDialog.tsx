/** Asking for one of the three offices to be given or taken away. */
import { useMutation } from "@tanstack/react-query";
import { App, Form, Input, Modal } from "antd";
import { describe } from "../../api/problem";
import { roleRequests, roles, type Holder, type Role } from "../../api/roles";
import { PersonSelect } from "./PersonSelect";

interface Props {
  role: Role;
  /** From whom it is to be taken; null when it is to be given to somebody. */
  holder: Holder | null;
  onClose: () => void;
  onDone: () => void;
}

const findPeople = async (text: string) =>
  (await roles.people(text)).items
    .filter((one) => one.active)
    .map((one) => ({ id: one.id, name: one.name, department: one.department.name }));

export function AskDialog({ role, holder, onClose, onDone }: Props) {
  const [form] = Form.useForm<{ user_id: string; reason: string }>();
  const { message } = App.useApp();
  const ask = useMutation({
    mutationFn: (values: { user_id: string; reason: string }) =>
      roleRequests.ask({
        user_id: holder?.user.id ?? values.user_id,
        role: role.code,
        action: holder ? "remove" : "grant",
        reason: values.reason,
      }),
    onSuccess: () => {
      message.success("申请已提交，等待另一名管理员确认");
      onDone();
    },
    onError: (error) => message.error(describe(error)),
  });
  return (
    <Modal
      open
      title={holder ? `申请收回 ${holder.user.name} 的“${role.name}”` : `申请授予“${role.name}”`}
      okText="提交申请"
      cancelText="取消"
      confirmLoading={ask.isPending}
      onCancel={onClose}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <Form form={form} layout="vertical" onFinish={(values) => ask.mutate(values)}>
        {!holder && (
          <Form.Item name="user_id" label="人员" rules={[{ required: true, message: "请选择人员" }]}>
            <PersonSelect find={findPeople} name="people" />
          </Form.Item>
        )}
        <Form.Item name="reason" label="原因" rules={[{ required: true, min: 2, message: "请写明原因（至少 2 个字）" }]}>
          <Input.TextArea maxLength={200} showCount rows={3} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

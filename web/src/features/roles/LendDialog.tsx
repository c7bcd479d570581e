/** Lending one of my roles. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Form, Input, Modal, Select } from "antd";
import { ApiError, describe } from "../../api/problem";
import { delegations } from "../../api/roles";
import { today } from "../../shared/format";
import { PersonSelect } from "./PersonSelect";

interface Values {
  role: string;
  borrower_id: string;
  first: string;
  last: string;
  reason: string;
}

interface Props {
  roles: { code: string; name: string }[];
  days: number;
  onClose: () => void;
}

const find = async (text: string) => (await delegations.candidates(text)).items;

/** The company's day, whatever zone the computer is in: a loan begins and ends at its midnight. */
const startOf = (day: string) => `${day}T00:00:00+08:00`;
const endOf = (day: string) => `${day}T23:59:59+08:00`;

export function LendDialog({ roles, days, onClose }: Props) {
  const [form] = Form.useForm<Values>();
  const { message } = App.useApp();
  const client = useQueryClient();
  const lend = useMutation({
    mutationFn: (values: Values) =>
      delegations.lend({
        role: values.role,
        borrower_id: values.borrower_id,
        starts_at: startOf(values.first),
        ends_at: endOf(values.last),
        reason: values.reason,
      }),
    onSuccess: (row) => {
      message.success(`已委托给 ${row.borrower.name}，到期自动收回`);
      void client.invalidateQueries({ queryKey: ["delegations"] });
      onClose();
    },
    onError: (error) => {
      const reasons = error instanceof ApiError ? error.errors.map((one) => one.message) : [];
      message.error(reasons.length ? reasons.join("；") : describe(error));
    },
  });
  return (
    <Modal
      open
      title="委托角色"
      okText="委托"
      cancelText="取消"
      confirmLoading={lend.isPending}
      onCancel={onClose}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <p className="quiet">{`受托人在这段时间内可以您的数据范围以此角色办事，所办的事记在受托人名下。最长 ${days} 天，可随时收回。`}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ role: roles.length === 1 ? roles[0]!.code : undefined, first: today() }}
        onFinish={(values) => lend.mutate(values)}
      >
        <Form.Item name="role" label="角色" rules={[{ required: true, message: "请选择角色" }]}>
          <Select options={roles.map((role) => ({ value: role.code, label: role.name }))} />
        </Form.Item>
        <Form.Item
          name="borrower_id"
          label="受托人"
          extra="只能委托给您数据范围内的人"
          rules={[{ required: true, message: "请选择受托人" }]}
        >
          <PersonSelect find={find} name="candidates" label="选择受托人" />
        </Form.Item>
        <Form.Item name="first" label="开始日期" rules={[{ required: true, message: "请选择开始日期" }]}>
          <Input type="date" />
        </Form.Item>
        <Form.Item
          name="last"
          label="结束日期"
          extra="当天仍有效"
          rules={[{ required: true, message: "请选择结束日期" }]}
        >
          <Input type="date" />
        </Form.Item>
        <Form.Item name="reason" label="原因" rules={[{ required: true, min: 2, message: "请写明原因（至少 2 个字）" }]}>
          <Input maxLength={200} placeholder="如：出差、休假" />
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** Giving a role to somebody, perhaps for other departments than their own and for some time only. */
import { useMutation } from "@tanstack/react-query";
import { App, Form, Input, Modal, TreeSelect } from "antd";
import { useDepartments } from "../../api/manifest";
import { ApiError, describe } from "../../api/problem";
import { roles, type Holder, type Role } from "../../api/roles";
import { departmentTree } from "../../engine/field/departments";
import { PersonSelect } from "./PersonSelect";

interface Values {
  user_id: string;
  department_ids?: string[];
  valid_from?: string;
  valid_to?: string;
}

interface Props {
  role: Role;
  /** Whose grant is changed; null for another person. */
  holder: Holder | null;
  onClose: () => void;
  onDone: () => void;
}

const findPeople = async (text: string) =>
  (await roles.people(text)).items
    .filter((one) => one.active)
    .map((one) => ({ id: one.id, name: one.name, department: one.department.name }));

export function GrantDialog({ role, holder, onClose, onDone }: Props) {
  const [form] = Form.useForm<Values>();
  const { message } = App.useApp();
  const tree = departmentTree(useDepartments().data ?? []);
  const grant = useMutation({
    mutationFn: (values: Values) =>
      roles.grant(role.code, {
        user_id: holder?.user.id ?? values.user_id,
        department_ids: values.department_ids ?? [],
        valid_from: values.valid_from || null,
        valid_to: values.valid_to || null,
      }),
    onSuccess: () => {
      message.success(`已授予角色“${role.name}”，几秒内生效`);
      onDone();
    },
    onError: (error) => {
      const reasons = error instanceof ApiError ? error.errors.map((one) => one.message) : [];
      message.error(reasons.length ? reasons.join("；") : describe(error));
    },
  });
  const anchored = ["chosen", "subtree", "department"].includes(role.scope);
  return (
    <Modal
      open
      title={holder ? `${holder.user.name} · ${role.name}` : `授予“${role.name}”`}
      okText={holder ? "保存" : "授予"}
      cancelText="取消"
      confirmLoading={grant.isPending}
      onCancel={onClose}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={
          holder
            ? {
                department_ids: holder.department_ids,
                valid_from: holder.valid_from ?? "",
                valid_to: holder.valid_to ?? "",
              }
            : {}
        }
        onFinish={(values) => grant.mutate(values)}
      >
        {!holder && (
          <Form.Item name="user_id" label="人员" rules={[{ required: true, message: "请选择人员" }]}>
            <PersonSelect find={findPeople} name="people" />
          </Form.Item>
        )}
        {anchored && (
          <Form.Item
            name="department_ids"
            label="单位"
            rules={[{ required: role.scope === "chosen", message: "请选择单位" }]}
            extra={role.scope === "chosen" ? "只能看到所选单位的数据" : "不选则按此人所在单位；选了则以所选单位为准"}
          >
            <TreeSelect
              aria-label="选择单位"
              treeData={tree}
              multiple
              treeDefaultExpandAll
              allowClear
              placeholder={role.scope === "chosen" ? "请选择单位" : "按此人所在单位"}
              showSearch={{ treeNodeFilterProp: "title" }}
            />
          </Form.Item>
        )}
        <Form.Item name="valid_from" label="开始日期" extra="不填则立即生效">
          <Input type="date" />
        </Form.Item>
        <Form.Item
          name="valid_to"
          label="结束日期"
          extra="不填则长期有效；当天仍有效"
          dependencies={["valid_from"]}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, end?: string) => {
                const start = String(getFieldValue("valid_from") ?? "");
                return !end || !start || end >= start
                  ? Promise.resolve()
                  : Promise.reject(new Error("结束日期不能早于开始日期"));
              },
            }),
          ]}
        >
          <Input type="date" />
        </Form.Item>
      </Form>
    </Modal>
  );
}

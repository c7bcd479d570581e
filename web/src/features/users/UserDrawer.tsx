/** A person, new or changed. */
import { useMutation } from "@tanstack/react-query";
import { App, Button, Drawer, Form, Input, Space, Switch, TreeSelect } from "antd";
import { useDepartments } from "../../api/manifest";
import { staff, type Person, type WithSecret } from "../../api/organisation";
import { ApiError, describe, fieldErrors } from "../../api/problem";
import { departmentTree } from "../../engine/field/departments";
import { isMasked } from "../../shared/identity";

interface Values {
  name: string;
  employee_no?: string | null;
  post?: string | null;
  phone?: string | null;
  department_id: string;
  further_department_ids?: string[];
  account?: boolean;
  username?: string;
}

interface Props {
  person: Person | null;
  onClose: () => void;
  onSaved: (person: Person, secret: WithSecret | null) => void;
}

const KEYS = new Set([
  "name", "employee_no", "post", "phone", "department_id", "further_department_ids", "username",
]); // prettier-ignore
const ACCOUNT = /^[a-z][a-z0-9._-]{1,31}$/;

export function UserDrawer({ person, onClose, onSaved }: Props) {
  const [form] = Form.useForm<Values>();
  const { message } = App.useApp();
  const tree = departmentTree(useDepartments().data ?? []);
  const wantsAccount = Form.useWatch("account", form) ?? true;
  const masked = isMasked(person?.phone);
  const save = useMutation({
    mutationFn: async (values: Values): Promise<[Person, WithSecret | null]> => {
      const body = {
        name: values.name.trim(),
        employee_no: values.employee_no?.trim() || null,
        post: values.post?.trim() || null,
        department_id: values.department_id,
        further_department_ids: values.further_department_ids ?? [],
      };
      const phone = values.phone?.trim() || null;
      if (person) {
        // A masked number that nobody touched stays as it is stored.
        return [await staff.change(person, phone === person.phone && masked ? body : { ...body, phone }), null];
      }
      const username = values.account === false ? null : (values.username?.trim() ?? null);
      const made = await staff.create({ ...body, phone, username });
      return [made.user, made];
    },
    onSuccess: ([saved, secret]) => {
      message.success(person ? `已保存“${saved.name}”` : `已新建“${saved.name}”`);
      onSaved(saved, secret);
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return void message.error(describe(error));
      const { fields, others } = fieldErrors(error, KEYS);
      form.setFields(Object.entries(fields).map(([name, errors]) => ({ name: name as keyof Values, errors })));
      if (others.length || !error.errors.length) message.error(others.join("；") || describe(error));
    },
  });
  return (
    <Drawer
      open
      onClose={onClose}
      size={520}
      title={person ? `修改“${person.name}”` : "新建人员"}
      footer={
        <Space className="dialog-actions">
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" loading={save.isPending} onClick={() => form.submit()}>
            保存
          </Button>
        </Space>
      }
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={
          person
            ? {
                ...person,
                department_id: person.department.id,
                further_department_ids: person.further_departments.map((place) => place.id),
              }
            : { account: true }
        }
        onFinish={(values) => save.mutate(values)}
      >
        <Form.Item name="name" label="姓名" rules={[{ required: true, whitespace: true, message: "请填写姓名" }]}>
          <Input maxLength={50} autoFocus={!person} autoComplete="off" />
        </Form.Item>
        <Form.Item name="employee_no" label="工号" extra="全公司唯一，导入时按工号识别人员">
          <Input maxLength={32} autoComplete="off" />
        </Form.Item>
        <Form.Item name="department_id" label="所属单位" rules={[{ required: true, message: "请选择所属单位" }]}>
          <TreeSelect
            aria-label="所属单位"
            treeData={tree}
            treeDefaultExpandAll
            showSearch={{ treeNodeFilterProp: "title" }}
            placeholder="请选择"
          />
        </Form.Item>
        <Form.Item name="further_department_ids" label="兼任单位" extra="除所属单位外还在哪些单位任职，可不填">
          <TreeSelect
            aria-label="兼任单位"
            multiple
            treeData={tree}
            treeDefaultExpandAll
            showSearch={{ treeNodeFilterProp: "title" }}
            placeholder="可多选"
          />
        </Form.Item>
        <Form.Item name="post" label="岗位">
          <Input maxLength={50} autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="phone"
          label="联系电话"
          {...(masked ? { extra: "号码已脱敏；不改动则保持原号码，要更换请填写完整的新号码" } : {})}
        >
          <Input maxLength={24} autoComplete="off" inputMode="tel" />
        </Form.Item>
        {!person && (
          <Form.Item name="account" label="开通账号" valuePropName="checked">
            <Switch aria-label="开通账号" checkedChildren="是" unCheckedChildren="否" />
          </Form.Item>
        )}
        {!person && wantsAccount && (
          <Form.Item
            name="username"
            label="用户名"
            rules={[
              { required: true, message: "请填写用户名" },
              { pattern: ACCOUNT, message: "以小写字母开头，2 至 32 位小写字母、数字、点、横线或下划线" },
            ]}
            extra="登录用；初始密码由系统生成，只显示一次"
          >
            <Input maxLength={32} autoComplete="off" />
          </Form.Item>
        )}
      </Form>
    </Drawer>
  );
}

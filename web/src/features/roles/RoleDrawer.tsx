/** One role: its words, its reach, its matrix. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Drawer, Form, Input, Select, Skeleton, Space, Switch } from "antd";
import { useEffect } from "react";
import { ApiError, describe, fieldErrors } from "../../api/problem";
import { roles, SCOPE_TITLES, type Role, type RoleFields } from "../../api/roles";
import { PermissionMatrix } from "./PermissionMatrix";

interface Props {
  /** The role to look at or change, "new" for another one, null when closed. */
  role: Role | "new" | null;
  mayChange: boolean;
  onClose: () => void;
  onSaved: () => void;
}

interface Values extends RoleFields {
  code?: string;
}

const KNOWN = new Set(["code", "name", "description", "scope", "permissions", "delegable"]);
const FRESH: Values = { code: "", name: "", description: "", scope: "department", permissions: [], delegable: false };

export function RoleDrawer({ role, mayChange, onClose, onSaved }: Props) {
  const [form] = Form.useForm<Values>();
  const { message, modal } = App.useApp();
  const known = role === "new" ? null : role;
  const readOnly = !mayChange || Boolean(known?.administrator) || Boolean(known?.retired_at);
  const catalogue = useQuery({ queryKey: ["roles", "permissions"], queryFn: roles.catalogue, enabled: role !== null });
  useEffect(() => {
    if (role === null) return;
    form.resetFields();
    form.setFieldsValue(role === "new" ? FRESH : role);
  }, [role, form]);
  const save = useMutation({
    mutationFn: (values: Values) => {
      const { code, ...fields } = values;
      const whole = { ...fields, description: fields.description ?? "" };
      return known ? roles.change(known, whole) : roles.create(code ?? "", whole);
    },
    onSuccess: (saved) => {
      message.success(known ? `角色“${saved.name}”已保存，几秒内对 ${saved.holders} 人生效` : `角色“${saved.name}”已新建`);
      onSaved();
    },
    onError: (error) => {
      if (error instanceof ApiError && error.status === 422) {
        const { fields, others } = fieldErrors(error, KNOWN);
        form.setFields(
          Object.entries(fields).map(([name, errors]) => ({ name: name as keyof Values, errors })),
        );
        if (others.length) message.error(others.join("；"));
      } else message.error(describe(error));
    },
  });
  const close = async () => {
    if (readOnly || !form.isFieldsTouched()) return onClose();
    const sure = await modal.confirm({
      title: "有未保存的修改",
      content: "关闭后修改会丢失。",
      okText: "放弃修改",
      okButtonProps: { danger: true },
      cancelText: "继续编辑",
    });
    if (sure) onClose();
  };
  return (
    <Drawer
      open={role !== null}
      onClose={() => void close()}
      size={960}
      title={known ? `角色 · ${known.name}` : "新建角色"}
      destroyOnHidden
      extra={
        !readOnly && (
          <Space>
            <Button onClick={() => void close()}>取消</Button>
            <Button type="primary" loading={save.isPending} onClick={() => form.submit()}>
              保存
            </Button>
          </Space>
        )
      }
    >
      {known?.administrator && (
        <Alert type="info" showIcon title="三员角色（系统、安全、审计管理员）的权限由系统规定，不能更改。" />
      )}
      {known?.retired_at && <Alert type="warning" showIcon title="此角色已停用，恢复后才能修改。" />}
      <Form
        form={form}
        layout="vertical"
        disabled={readOnly}
        onFinish={(values) => save.mutate(values)}
        scrollToFirstError
      >
        {role === "new" && (
          <Form.Item
            name="code"
            label="编码"
            extra="保存后不能更改，如 archive_clerk"
            rules={[{ required: true, pattern: /^[a-z][a-z0-9_]{0,63}$/, message: "小写字母开头，只含小写字母、数字、下划线" }]}
          >
            <Input maxLength={64} />
          </Form.Item>
        )}
        <Form.Item name="name" label="名称" rules={[{ required: true, whitespace: true, message: "请填写名称" }]}>
          <Input maxLength={50} />
        </Form.Item>
        <Form.Item name="description" label="说明">
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="scope" label="数据范围" extra="授予某人时，可为“本单位及下级”“本单位”另选单位；“指定单位”必须选择。">
          <Select options={Object.entries(SCOPE_TITLES).map(([value, label]) => ({ value, label }))} />
        </Form.Item>
        <Form.Item
          name="delegable"
          label="允许委托"
          valuePropName="checked"
          extra="允许后，拥有此角色的人可在个人中心把它委托给别人一段时间。"
        >
          <Switch checkedChildren="允许" unCheckedChildren="不允许" />
        </Form.Item>
        {catalogue.isPending && <Skeleton active />}
        {catalogue.isError && <Alert type="error" showIcon title={describe(catalogue.error)} />}
        {catalogue.data && (
          <Form.Item name="permissions" label="权限">
            <PermissionMatrix services={catalogue.data.services} readOnly={readOnly} />
          </Form.Item>
        )}
      </Form>
    </Drawer>
  );
}

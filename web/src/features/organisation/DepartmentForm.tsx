/** A department, new or changed. */
import { useMutation } from "@tanstack/react-query";
import { App, Button, Drawer, Form, Input, InputNumber, Select, Space, TreeSelect } from "antd";
import { organisation, useKinds, type DepartmentValues, type FullDepartment } from "../../api/organisation";
import { ApiError, describe, fieldErrors } from "../../api/problem";
import { departmentTree } from "../../engine/field/departments";

interface Props {
  /** The department to change, or the one that a new one will stand below. */
  row: FullDepartment | null;
  parent: FullDepartment | null;
  departments: FullDepartment[];
  onClose: () => void;
  onSaved: (row: FullDepartment) => void;
}

const KEYS = new Set(["code", "name", "kind", "parent_id", "sort"]);

export function DepartmentForm({ row, parent, departments, onClose, onSaved }: Props) {
  const [form] = Form.useForm<DepartmentValues>();
  const { message } = App.useApp();
  const kinds = useKinds().data ?? [];
  const above = Form.useWatch("parent_id", form) ?? row?.parent_id ?? parent?.id ?? null;
  const holds = kinds.find((kind) => kind.value === departments.find((one) => one.id === above)?.kind)?.ext.holds;
  const save = useMutation({
    mutationFn: (values: DepartmentValues) => {
      const body = { ...values, parent_id: values.parent_id ?? null, sort: values.sort ?? 0 };
      return row ? organisation.change(row, body) : organisation.create(body);
    },
    onSuccess: (saved) => {
      message.success(row ? `已保存“${saved.name}”` : `已新建“${saved.name}”`);
      onSaved(saved);
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return void message.error(describe(error));
      const { fields, others } = fieldErrors(error, KEYS);
      form.setFields(Object.entries(fields).map(([name, errors]) => ({ name: name as keyof DepartmentValues, errors })));
      if (others.length || !error.errors.length) message.error(others.join("；") || describe(error));
    },
  });
  const siblings = departments.filter((one) => one.parent_id === parent?.id);
  return (
    <Drawer
      open
      onClose={onClose}
      size={520}
      title={row ? `修改“${row.name}”` : `在“${parent?.name}”下新建单位`}
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
          row ?? { parent_id: parent?.id, sort: Math.max(0, ...siblings.map((one) => one.sort)) + 10, kind: undefined }
        }
        onFinish={(values) => save.mutate(values)}
      >
        {(row === null || row.parent_id !== null) && (
          <Form.Item name="parent_id" label="上级单位" rules={[{ required: true, message: "请选择上级单位" }]}>
            <TreeSelect
              aria-label="上级单位"
              treeData={departmentTree(departments.filter((one) => !row || !one.path.startsWith(row.path)))}
              treeDefaultExpandAll
              showSearch={{ treeNodeFilterProp: "title" }}
            />
          </Form.Item>
        )}
        <Form.Item name="name" label="单位名称" rules={[{ required: true, whitespace: true, message: "请填写单位名称" }]}>
          <Input maxLength={50} autoFocus={!row} />
        </Form.Item>
        <Form.Item
          name="code"
          label="单位编码"
          rules={[
            { required: true, message: "请填写单位编码" },
            { pattern: /^[A-Za-z0-9_-]+$/, message: "只能用字母、数字、- 和 _" },
          ]}
          extra="全公司唯一，导入时按编码识别单位"
        >
          <Input maxLength={32} />
        </Form.Item>
        <Form.Item name="kind" label="单位类型" rules={[{ required: true, message: "请选择单位类型" }]}>
          <Select
            aria-label="单位类型"
            options={kinds
              .filter((kind) => kind.value === row?.kind || (kind.enabled && (!holds || holds.includes(kind.value))))
              .map((kind) => ({ value: kind.value, label: kind.label }))}
            notFoundContent="此上级之下不能再设单位"
          />
        </Form.Item>
        <Form.Item name="sort" label="排序" extra="同一上级下从小到大排列">
          <InputNumber min={0} max={1_000_000} precision={0} />
        </Form.Item>
        {row && <p className="quiet">改名后，旧名称会留在“曾用名”中，仍可按旧名称搜索。</p>}
      </Form>
    </Drawer>
  );
}

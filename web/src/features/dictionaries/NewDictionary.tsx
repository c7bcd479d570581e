/** Another dictionary, made by hand, or another name for one. */
import { useMutation } from "@tanstack/react-query";
import { App, Form, Input, Modal, Select } from "antd";
import { dictionaries, type Dictionary, type DictionaryHead } from "../../api/dictionaries";
import { ApiError, describe, fieldErrors } from "../../api/problem";

interface Values {
  code: string;
  name: string;
  parent?: string;
}

interface Props {
  /** The one that gets another name; null for a new one. */
  renamed: DictionaryHead | null;
  known: DictionaryHead[];
  onClose: () => void;
  onDone: (dictionary: Dictionary) => void;
}

export function NewDictionary({ renamed, known, onClose, onDone }: Props) {
  const [form] = Form.useForm<Values>();
  const { message } = App.useApp();
  const save = useMutation({
    mutationFn: (values: Values) =>
      renamed
        ? dictionaries.rename(renamed, values.name)
        : dictionaries.create({ code: values.code, name: values.name, parent: values.parent ?? null }),
    onSuccess: (saved) => {
      message.success(`字典“${saved.name}”已保存`);
      onDone(saved);
    },
    onError: (error) => {
      const { fields } =
        error instanceof ApiError ? fieldErrors(error, new Set(["code", "name", "parent"])) : { fields: {} };
      const found = Object.entries(fields as Record<string, string[]>);
      if (!found.length) message.error(describe(error));
      for (const [name, errors] of found) form.setFields([{ name: name as keyof Values, errors }]);
    },
  });
  return (
    <Modal
      open
      title={renamed ? `字典“${renamed.name}”改名` : "新建字典"}
      okText="保存"
      cancelText="取消"
      confirmLoading={save.isPending}
      onCancel={onClose}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <Form form={form} layout="vertical" initialValues={renamed ?? {}} onFinish={(values) => save.mutate(values)}>
        {!renamed && (
          <Form.Item
            name="code"
            label="编码"
            extra="保存后不能更改"
            rules={[{ required: true, pattern: /^[a-z][a-z0-9_]{0,63}$/, message: "小写字母开头，只含小写字母、数字、下划线" }]}
          >
            <Input maxLength={64} />
          </Form.Item>
        )}
        <Form.Item name="name" label="名称" rules={[{ required: true, whitespace: true, message: "请填写名称" }]}>
          <Input maxLength={50} />
        </Form.Item>
        {!renamed && (
          <Form.Item name="parent" label="上级字典" extra="条目的上级在另一个字典里时选择；不选则在本字典里">
            <Select
              allowClear
              showSearch={{ optionFilterProp: "label" }}
              options={known.map((one) => ({ value: one.code, label: one.name }))}
            />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

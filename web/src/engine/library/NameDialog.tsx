/** Asks for one line or one text: the name of a new folder, a new name, a remark. */
import { Form, Input, Modal } from "antd";
import { useState } from "react";
import { ApiError, describe } from "../../api/problem";

interface Props {
  title: string;
  label: string;
  initial: string;
  /** Kept behind the name and not edited: the extension of a file. */
  suffix?: string;
  long?: boolean;
  check: (text: string) => string | null;
  onSave: (text: string) => Promise<void>;
  onClose: () => void;
}

export function NameDialog({ title, label, initial, suffix = "", long, check, onSave, onClose }: Props) {
  const [form] = Form.useForm<{ text: string }>();
  const [busy, setBusy] = useState(false);

  async function save({ text = "" }: { text?: string }) {
    setBusy(true);
    try {
      await onSave(text.trim() + suffix);
      onClose();
    } catch (error) {
      const first = error instanceof ApiError ? error.errors[0]?.message : undefined;
      form.setFields([{ name: "text", errors: [first ?? describe(error)] }]);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      title={title}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={busy}
      okText="保存"
      cancelText="取消"
    >
      <Form form={form} layout="vertical" initialValues={{ text: initial }} onFinish={(values) => void save(values)}>
        <Form.Item
          name="text"
          label={label}
          rules={[
            {
              validator: async (_, value: string | undefined) => {
                const problem = check((value ?? "").trim() + suffix);
                if (problem) throw new Error(problem);
              },
            },
          ]}
        >
          {long ? (
            <Input.TextArea autoFocus rows={4} maxLength={500} showCount />
          ) : (
            <Input autoFocus maxLength={200} {...(suffix ? { suffix } : {})} />
          )}
        </Form.Item>
      </Form>
    </Modal>
  );
}

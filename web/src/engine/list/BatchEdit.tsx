/** One field of all ticked rows, set to one value by the rules of a form. */
import { Alert, App, Form, Modal, Select } from "antd";
import { useState } from "react";
import { describe } from "../../api/problem";
import { rows as api, type BatchResult } from "../../api/rows";
import { count } from "../../shared/format";
import { kindOf } from "../field/registry";
import { isBlank, problemOf, toValue } from "../form/rules";
import { editableFields, type LedgerManifest, type Row } from "../schema";

interface Props {
  ledger: LedgerManifest;
  rows: Row[];
  onClose: () => void;
  onDone: (result: BatchResult) => void;
}

export default function BatchEdit({ ledger, rows, onClose, onDone }: Props) {
  const { message } = App.useApp();
  // A number or a name that tells people apart is nobody's to give to many rows at once.
  const fields = editableFields(ledger).filter((field) => !field.personal);
  const [key, setKey] = useState<string>();
  const [value, setValue] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const field = fields.find((candidate) => candidate.key === key);
  const Input = field && kindOf(field.kind).input;
  const blank = isBlank(value);
  const problem = field && !blank ? problemOf(field, value, {}) : null;
  const emptied = field?.required
    ? `${field.title}必填，请填写`
    : `将清空这 ${count(rows.length)} 条记录的“${field?.title}”`;

  async function save() {
    if (!field || problem) return;
    setBusy(true);
    try {
      const seen = rows.map(({ id, version }) => ({ id, version }));
      onDone(await api.batchUpdate(ledger.slug, field.key, toValue(field, value), seen));
    } catch (error) {
      message.error(describe(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      title={`批量修改 ${count(rows.length)} 条${ledger.title}记录`}
      okText={`修改 ${count(rows.length)} 条`}
      cancelText="取消"
      okButtonProps={{ disabled: !field || problem !== null || (blank && Boolean(field.required)) }}
      confirmLoading={busy}
      onOk={() => void save()}
      onCancel={onClose}
      destroyOnHidden
    >
      <Form layout="vertical">
        <Form.Item label="要修改的字段" htmlFor="batch-field">
          <Select
            id="batch-field"
            value={key}
            onChange={(next) => {
              setKey(next);
              setValue(null);
            }}
            options={fields.map((one) => ({ value: one.key, label: one.title }))}
            showSearch={{ optionFilterProp: "label" }}
            placeholder="请选择字段"
          />
        </Form.Item>
        {field && Input && (
          <Form.Item label={`${field.title}改为`} htmlFor="batch-value" extra={field.help}>
            <Input key={field.key} id="batch-value" field={field} value={value} onChange={setValue} />
          </Form.Item>
        )}
        {field && (
          <Alert
            type={problem ? "error" : blank ? "warning" : "info"}
            showIcon
            title={
              problem ??
              (blank
                ? emptied
                : field.key === ledger.movements?.field
                  ? `已启用出入库登记的记录不会修改，其${field.title}请用入库、领用或盘点修改`
                  : "每条记录按页面填写的规则检查；不符合的不修改，并逐条说明原因")
            }
          />
        )}
      </Form>
    </Modal>
  );
}

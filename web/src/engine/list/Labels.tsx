/** On what sheet labels are printed. The answer is a PDF that the printer takes as it is. */
import { App, Checkbox, Form, InputNumber, Modal, Select } from "antd";
import { useState } from "react";
import { describe } from "../../api/problem";
import { rows as api, type LabelsWanted } from "../../api/rows";
import { count } from "../../shared/format";
import type { LedgerManifest } from "../schema";

interface Props {
  ledger: LedgerManifest;
  wanted: Pick<LabelsWanted, "ids" | "filters">;
  many: number;
  onClose: () => void;
}

export default function Labels({ ledger, wanted, many, onClose }: Props) {
  const { message } = App.useApp();
  const sheets = ledger.labels ?? [];
  const [sheet, setSheet] = useState(sheets[0]!.key);
  const [skip, setSkip] = useState(0);
  const [frames, setFrames] = useState(false);
  const [busy, setBusy] = useState(false);
  const each = sheets.find((one) => one.key === sheet)!.each;

  async function print() {
    setBusy(true);
    try {
      message.success(`已下载 ${await api.labels(ledger.slug, { ...wanted, sheet, skip, frames })}`);
      onClose();
    } catch (error) {
      message.error(describe(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      title={`打印 ${count(many)} 枚二维码标签`}
      okText="下载 PDF"
      cancelText="取消"
      confirmLoading={busy}
      onOk={() => void print()}
      onCancel={onClose}
      destroyOnHidden
    >
      <Form layout="vertical">
        <Form.Item
          label="标签纸（A4）"
          htmlFor="label-sheet"
          extra={`共需 ${Math.ceil((many + skip) / each)} 张。打印时请选“实际大小”，不要缩放`}
        >
          <Select
            id="label-sheet"
            value={sheet}
            onChange={(next) => {
              setSheet(next);
              setSkip(0);
            }}
            options={sheets.map((one) => ({ value: one.key, label: one.title }))}
          />
        </Form.Item>
        <Form.Item label="第一张已用掉几枚" htmlFor="label-skip">
          <InputNumber
            id="label-skip"
            className="full"
            min={0}
            max={each - 1}
            precision={0}
            value={skip}
            onChange={(next) => setSkip(next ?? 0)}
          />
        </Form.Item>
        <Checkbox checked={frames} onChange={(event) => setFrames(event.target.checked)}>
          画出裁切线（用普通纸打印时）
        </Checkbox>
        <p className="quiet">用手机扫标签上的二维码，登录后直接打开这条记录。</p>
      </Form>
    </Modal>
  );
}

/** Which columns are shown, in which order, and how many stay in place. */
import { ArrowDownOutlined, ArrowUpOutlined, SettingOutlined } from "@ant-design/icons";
import { Button, Checkbox, InputNumber, Popover } from "antd";
import type { LedgerManifest } from "../schema";
import { defaultChoice, shownFields, type ColumnChoice } from "./columns";

interface Props {
  ledger: LedgerManifest;
  choice: ColumnChoice;
  onChange: (choice: ColumnChoice) => void;
}

export function ColumnSettings({ ledger, choice, onChange }: Props) {
  const shown = shownFields(ledger, choice);
  const keys = shown.map((field) => field.key);
  const hidden = ledger.fields.filter((field) => !keys.includes(field.key));
  const move = (index: number, by: number) => {
    const next = [...keys];
    const [key] = next.splice(index, 1);
    next.splice(index + by, 0, key!);
    onChange({ ...choice, shown: next });
  };
  const content = (
    <div className="column-settings">
      <ul>
        {shown.map((field, index) => (
          <li key={field.key}>
            <Checkbox
              checked
              disabled={shown.length === 1}
              onChange={() => onChange({ ...choice, shown: keys.filter((key) => key !== field.key) })}
            >
              {field.title}
            </Checkbox>
            <span>
              <Button
                type="text"
                size="small"
                icon={<ArrowUpOutlined aria-hidden />}
                aria-label={`${field.title} 前移`}
                disabled={index === 0}
                onClick={() => move(index, -1)}
              />
              <Button
                type="text"
                size="small"
                icon={<ArrowDownOutlined aria-hidden />}
                aria-label={`${field.title} 后移`}
                disabled={index === shown.length - 1}
                onClick={() => move(index, 1)}
              />
            </span>
          </li>
        ))}
        {hidden.map((field) => (
          <li key={field.key}>
            <Checkbox checked={false} onChange={() => onChange({ ...choice, shown: [...keys, field.key] })}>
              {field.title}
            </Checkbox>
          </li>
        ))}
      </ul>
      <div className="column-settings-foot">
        <label>
          冻结前{" "}
          <InputNumber
            size="small"
            min={0}
            max={4}
            value={choice.frozen}
            aria-label="冻结列数"
            onChange={(frozen) => onChange({ ...choice, frozen: Number(frozen ?? 0) })}
          />{" "}
          列
        </label>
        <Button type="link" size="small" onClick={() => onChange(defaultChoice(ledger))}>
          恢复默认
        </Button>
      </div>
    </div>
  );
  return (
    <Popover trigger="click" placement="bottomRight" title="列设置" content={content}>
      <Button type="text" icon={<SettingOutlined aria-hidden />} aria-label="列设置" title="列设置" />
    </Popover>
  );
}

/** Requirements that name items of other dictionaries: all rows are asked for, and any one of a row will do. */
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Select, Space } from "antd";
import type { Extra } from "../../api/dictionaries";

interface Props {
  title: string;
  choices: Extra["choices"];
  /** From the form. */
  id?: string;
  value?: string[][];
  onChange?: (rows: string[][]) => void;
}

export function Requirements({ title, choices, id, value = [], onChange }: Props) {
  const change = (place: number, row: string[] | null) =>
    onChange?.(value.flatMap((one, at) => (at === place ? (row ? [row] : []) : [one])));
  return (
    <div id={id} className="requirements" role="group" aria-label={title}>
      {value.map((row, place) => (
        // A row has no name of its own: its place is what tells it from the others.
        <Space.Compact key={place} block>
          <Select
            mode="multiple"
            className="full"
            aria-label={`${title} ${place + 1}`}
            placeholder="选择证书，几个中任一个即可的都选上"
            showSearch={{ optionFilterProp: "label" }}
            popupMatchSelectWidth={false}
            value={row}
            options={choices}
            onChange={(terms: string[]) => change(place, terms)}
          />
          <Button
            icon={<DeleteOutlined aria-hidden />}
            aria-label={`删除${title} ${place + 1}`}
            onClick={() => change(place, null)}
          />
        </Space.Compact>
      ))}
      <Button type="dashed" icon={<PlusOutlined aria-hidden />} onClick={() => onChange?.([...value, []])}>
        添加一项要求
      </Button>
    </div>
  );
}

/** Someone else saved this row meanwhile: who changed what, and one row made of both. */
import { Button, Modal, Radio, Table } from "antd";
import { useState } from "react";
import { Nothing } from "../../shared/Nothing";
import { dateTime } from "../../shared/format";
import { kindOf } from "../field/registry";
import type { Field, Row } from "../schema";
import { compare, merge, type Difference, type Side } from "./merge";

interface Props {
  fields: Field[];
  /** The row as the form loaded it. */
  base: Record<string, unknown>;
  mine: Record<string, unknown>;
  theirs: Row;
  onMerge: (merged: Record<string, unknown>) => void;
  onTakeTheirs: () => void;
  onClose: () => void;
}

const ORIGIN = { mine: "我已改，将保留", theirs: "对方已改，将保留" };

export function ConflictDialog({ fields, base, mine, theirs, onMerge, onTakeTheirs, onClose }: Props) {
  const [chosen, setChosen] = useState<Record<string, Side>>({});
  const differences = compare(fields, base, mine, theirs);
  const show = (field: Field, values: Record<string, unknown>) => {
    const Cell = kindOf(field.kind).cell;
    return <Cell field={field} value={values[field.key]} row={{ ...theirs, ...values } as Row} />;
  };
  const result = ({ field, origin }: Difference) =>
    origin === "both" ? (
      <Radio.Group
        aria-label={`${field.title}以谁的为准`}
        value={chosen[field.key] ?? "theirs"}
        onChange={(event) => setChosen({ ...chosen, [field.key]: event.target.value as Side })}
        options={[
          { value: "theirs", label: "用对方的" },
          { value: "mine", label: "用我的" },
        ]}
      />
    ) : (
      ORIGIN[origin]
    );
  return (
    <Modal
      open
      title="这条记录刚被别人修改过"
      onCancel={onClose}
      width={800}
      footer={[
        <Button key="back" onClick={onClose}>
          继续编辑
        </Button>,
        <Button key="theirs" onClick={onTakeTheirs}>
          采用当前内容
        </Button>,
        <Button key="merge" type="primary" onClick={() => onMerge(merge(fields, base, mine, theirs, chosen))}>
          合并后保存
        </Button>,
      ]}
    >
      <p>
        {changeOf(theirs)}您填写的内容没有丢失：各自修改的字段都会保留
        {differences.some(({ origin }) => origin === "both") ? "，双方都改了的字段请选择以谁的为准。" : "。"}
      </p>
      <Table<Difference>
        size="small"
        rowKey={({ field }) => field.key}
        pagination={false}
        dataSource={differences}
        locale={{ emptyText: <Nothing>{"两份内容相同，可以直接保存"}</Nothing> }}
        columns={[
          { title: "字段", render: (_, { field }) => field.title, width: 140 },
          { title: "我填写的", render: (_, { field }) => show(field, mine) },
          { title: "当前保存的", render: (_, { field }) => show(field, theirs) },
          { title: "合并结果", render: (_, difference) => result(difference), width: 190 },
        ]}
      />
    </Modal>
  );
}

/** Who saved it last and when, as far as the row says. */
function changeOf({ updated_by_name: name, updated_at: at }: Row): string {
  if (!name && !at) return "";
  return `${name ? String(name) : "其他人"}${at ? ` 于 ${dateTime(at)} ` : ""}修改了这条记录。`;
}

/** Someone else saved this row meanwhile: what differs, and the choice between the two. */
import { Button, Modal, Table } from "antd";
import { kindOf } from "../field/registry";
import type { Field, Row } from "../schema";
import { isBlank } from "./rules";
import { Nothing } from "../../shared/Nothing";

interface Props {
  fields: Field[];
  mine: Record<string, unknown>;
  theirs: Row | null;
  onKeepMine: (theirs: Row) => void;
  onTakeTheirs: (theirs: Row) => void;
  onClose: () => void;
}

export function differing(fields: Field[], mine: Record<string, unknown>, theirs: Record<string, unknown>): Field[] {
  return fields.filter((field) => {
    const [a, b] = [mine[field.key], theirs[field.key]];
    if (isBlank(a) && isBlank(b)) return false;
    return JSON.stringify(a) !== JSON.stringify(b) && String(a) !== String(b);
  });
}

export function ConflictDialog({ fields, mine, theirs, onKeepMine, onTakeTheirs, onClose }: Props) {
  if (!theirs) return null;
  const show = (field: Field, values: Record<string, unknown>) => {
    const Cell = kindOf(field.kind).cell;
    return <Cell field={field} value={values[field.key]} row={{ ...theirs, ...values } as Row} />;
  };
  return (
    <Modal
      open
      title="这条记录刚被别人修改过"
      onCancel={onClose}
      width={720}
      footer={[
        <Button key="back" onClick={onClose}>
          继续编辑
        </Button>,
        <Button key="theirs" onClick={() => onTakeTheirs(theirs)}>
          采用当前内容
        </Button>,
        <Button key="mine" type="primary" onClick={() => onKeepMine(theirs)}>
          以我的为准保存
        </Button>,
      ]}
    >
      <p>您填写的内容没有丢失。以下各项与当前保存的内容不同，请选择以哪一份为准。</p>
      <Table
        size="small"
        rowKey="key"
        pagination={false}
        dataSource={differing(fields, mine, theirs)}
        locale={{ emptyText: <Nothing>{"两份内容相同，可以直接保存"}</Nothing> }}
        columns={[
          { title: "字段", dataIndex: "title", width: 140 },
          { title: "我填写的", render: (_, field) => show(field, mine) },
          { title: "当前保存的", render: (_, field) => show(field, theirs) },
        ]}
      />
    </Modal>
  );
}

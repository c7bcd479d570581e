/** One cell of the preview: what stands there, why it is wrong, what an update makes of it, what has been typed in its place. */
import { Tooltip } from "antd";
import { useEffect, useRef, useState } from "react";
import type { PreviewRow } from "../../api/imports";
import { CellEditor } from "./CellEditor";
import type { Choices } from "./source";
import type { Corrections } from "./useCorrections";

interface Props {
  row: PreviewRow;
  field: { key: string; title: string; choices?: Choices | undefined };
  /** Where the cell can be put right; null for one that the file has no column for, and where nothing is put right. */
  corrections: Corrections | null;
}

const BLANK = "（空）";

export function PreviewCell({ row, field, corrections }: Props) {
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const back = useRef(false);
  useEffect(() => {
    if (editing || !back.current) return;
    back.current = false;
    button.current?.focus();
  }, [editing]);
  const text = row.values[field.key] ?? "";
  const typed = corrections?.cells[row.row]?.[field.key];
  const wrong = row.errors[field.key]?.message;
  if (editing && corrections) {
    return (
      <CellEditor
        label={`第 ${row.row} 行${field.title}`}
        text={typed ?? text}
        choices={field.choices?.({ ...row.values, ...corrections.cells[row.row] })}
        onDone={(next, byKey) => {
          back.current = byKey;
          setEditing(false);
          // Behind a formula without a value there is something that is no blank: that it is one has to be said.
          const now = row.errors[field.key]?.code.startsWith("formula") ? null : text;
          if (next !== null) corrections.change(row.row, field.key, next, now);
        }}
      />
    );
  }
  const edit = corrections ? () => setEditing(true) : undefined;
  if (typed !== undefined) {
    return (
      <Tooltip title={`改之前：${text || BLANK}；校验后生效`} trigger={["hover", "focus"]}>
        <button type="button" ref={button} className="cell-button" onClick={edit}>
          {typed || BLANK}
          <span className="sr-only">（已改，还没有校验）</span>
        </button>
      </Tooltip>
    );
  }
  if (wrong) {
    return (
      <Tooltip title={edit ? `${wrong}（点击更正）` : wrong} trigger={["hover", "focus"]}>
        <button type="button" ref={button} className="wrong-value" onClick={edit}>
          <span aria-hidden>⚠ </span>
          {text || BLANK}
          <span className="sr-only">：{wrong}</span>
        </button>
      </Tooltip>
    );
  }
  if (edit) {
    const corrected = row.corrected?.includes(field.key);
    return (
      <button
        type="button"
        ref={button}
        className="cell-button"
        onClick={edit}
        title={corrected ? `${text || BLANK}（已在页面更正）` : text}
        aria-label={`更正${field.title}：${text || BLANK}`}
      >
        {text || <span aria-hidden>&nbsp;</span>}
      </button>
    );
  }
  const change = row.changes?.[field.key];
  if (change) {
    const words = `${change.before || BLANK} → ${change.after || BLANK}`;
    return <span title={words}>{words}</span>;
  }
  if (row.kept?.includes(field.key)) {
    return (
      <span className="quiet" title={`${text}（文件中没有填写，保留系统中的内容）`}>
        {text}
      </span>
    );
  }
  return <span title={text}>{text}</span>;
}

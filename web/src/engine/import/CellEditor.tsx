/** One cell of the preview while somebody types into it: Enter and leaving it keep what was typed, Escape does not. */
import { AutoComplete, Input } from "antd";
import { useEffect, useRef, useState } from "react";

interface Props {
  /** What a screen reader says: which cell of which row. */
  label: string;
  text: string;
  /** The words that the field knows. Any other may be typed: what it means is for the validation to say. */
  choices?: string[] | undefined;
  /** Null: as it was. `byKey`: whoever uses the keyboard goes on where they were. */
  onDone: (text: string | null, byKey: boolean) => void;
}

const LONGEST = 2000;
/** An option that the arrow keys have lit up. A drop-down that was closed keeps its own in the page, hidden. */
const LIT = ".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option-active";

export function CellEditor({ label, text, choices = [], onDone }: Props) {
  const [value, setValue] = useState(text);
  const frame = useRef<HTMLDivElement>(null);
  // Enter is followed by a blur, and an editor is done with once.
  const done = useRef(false);
  useEffect(() => {
    // Once, and not at every focus: what has been typed meanwhile must not be replaced by the next key.
    const input = frame.current?.querySelector("input");
    input?.focus();
    input?.select();
  }, []);
  const end = (result: string | null, byKey = false) => {
    if (done.current) return;
    done.current = true;
    onDone(result, byKey);
  };
  const keys = (event: React.KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      end(null, true);
    }
    // With an option lit up, Enter chooses that one.
    if (event.key === "Enter" && !(choices.length > 0 && document.querySelector(LIT))) end(value, true);
  };
  // What stands there is wrong more often than not: everything is offered until somebody types.
  const offered = value === text ? choices : choices.filter((choice) => choice.includes(value.trim()));
  return (
    <div ref={frame}>
      {choices.length === 0 ? (
        <Input
          size="small"
          aria-label={label}
          maxLength={LONGEST}
          value={value}
          onChange={(event) => setValue(event.target.value)}
          onBlur={() => end(value)}
          onKeyDown={keys}
        />
      ) : (
        <AutoComplete
          defaultOpen
          size="small"
          className="cell-choice"
          popupMatchSelectWidth={false}
          defaultActiveFirstOption={false}
          aria-label={label}
          value={value}
          options={offered.map((choice) => ({ value: choice }))}
          onChange={(next: string | undefined) => setValue(next ?? "")}
          onSelect={(chosen) => end(chosen ?? "", true)}
          onBlur={() => end(value)}
          onKeyDown={keys}
        />
      )}
    </div>
  );
}

/**
 * A date as text, with a calendar beside it. Not antd's DatePicker alone: it rewrites its text after the first digit of the
 * day (`2026/3/15` becomes the first of March), and empties without a word what it cannot read.
 */
import { CalendarOutlined } from "@ant-design/icons";
import { Button, DatePicker, Input } from "antd";
import dayjs from "dayjs";
import { useState, type FocusEvent } from "react";
import { readDay } from "./reading";

interface Props {
  id?: string;
  /** What was typed; a date once it could be read, on leaving the field. */
  value: string;
  onChange: (value: string) => void;
  /** What the calendar's button is for, in words. */
  title: string;
  placeholder?: string;
  /** Where no label stands beside it. */
  "aria-label"?: string;
  disabled?: boolean;
  status?: "error" | "";
  /** Words that may stand in place of a date, such as 长期. */
  words?: readonly string[];
  onBlur?: (event: FocusEvent<HTMLInputElement>) => void;
}

export function DayText({ value, onChange, title, words = [], onBlur, ...rest }: Props) {
  const [open, setOpen] = useState(false);
  // A form has many dates, and most calendars in it are never looked at.
  const [used, setUsed] = useState(false);
  const day = readDay(value);
  const settle = () => {
    if (day && day !== value) onChange(day);
  };
  const show = () => {
    setUsed(true);
    setOpen(true);
  };
  const take = (next: string) => {
    setOpen(false);
    onChange(next);
  };
  return (
    <span className="day-text">
      <Input
        {...rest}
        value={value}
        autoComplete="off"
        onChange={(event) => take(event.target.value)}
        onClick={(event) => event.target instanceof HTMLInputElement && show()}
        onKeyDown={(event) => {
          if (event.key === "Escape" && open) {
            // One Escape for the calendar; the drawer around it waits for the next.
            event.stopPropagation();
            setOpen(false);
          }
          if (event.key === "Enter") settle();
          if (event.key === "Tab") setOpen(false);
          if (event.key === "ArrowDown" && event.altKey) show();
        }}
        onBlur={(event) => {
          settle();
          onBlur?.(event);
        }}
        suffix={
          <Button
            type="text"
            size="small"
            // Typing goes on to the next field; Alt+↓ opens the calendar, as in a browser's own date field.
            tabIndex={-1}
            disabled={rest.disabled ?? false}
            icon={<CalendarOutlined aria-hidden />}
            aria-label={`${title}：打开日历`}
            onClick={show}
          />
        }
      />
      {used && (
        <DatePicker
          className="day-text-calendar"
          open={open}
          onOpenChange={setOpen}
          value={day ? dayjs(day) : null}
          onChange={(next) => take(next ? next.format("YYYY-MM-DD") : "")}
          renderExtraFooter={() =>
            [...words.slice(0, 1), ""].map((word) => (
              <Button key={word} type="link" size="small" onClick={() => take(word)}>
                {word || "清空"}
              </Button>
            ))
          }
        />
      )}
    </span>
  );
}

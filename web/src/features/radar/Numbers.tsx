/** How many of each level somebody has; every number leads to the list of just those. */
import type { TableColumnType } from "antd";
import type { Level } from "../../api/radar";
import { count } from "../../shared/format";
import { LEVELS } from "./filters";
import type { Change } from "./RadarPage";

export const ORDER = Object.keys(LEVELS) as Level[];

type Counts = Record<Level, number> & { count: number };
export type Where = Record<string, string | null>;

interface Props {
  value: number;
  name: string;
  level: Level | null;
  /** What the list is narrowed to. */
  of: Where;
  onChange: Change;
}

export function CountLink({ value, name, level, of, onChange }: Props) {
  if (value === 0) return <span className="quiet">0</span>;
  return (
    <button
      type="button"
      className="link number"
      aria-label={`${name}${level ? `，${LEVELS[level].text}` : ""}：${value} 项，查看`}
      onClick={() => onChange({ ...of, level, view: null })}
    >
      {count(value)}
    </button>
  );
}

/** A column for each level, and the sum. */
export function numberColumns<T extends Counts>(
  name: (one: T) => string,
  of: (one: T) => Where,
  onChange: Change,
): TableColumnType<T>[] {
  return [
    ...ORDER.map((level) => ({
      title: LEVELS[level].text,
      key: level,
      align: "right" as const,
      render: (_: unknown, one: T) => (
        <CountLink value={one[level]} name={name(one)} level={level} of={of(one)} onChange={onChange} />
      ),
    })),
    {
      title: "合计",
      key: "count",
      align: "right",
      render: (_, one) => (
        <b>
          <CountLink value={one.count} name={name(one)} level={null} of={of(one)} onChange={onChange} />
        </b>
      ),
    },
  ];
}

/** How many by urgency; each is a switch that leaves only those in the list. */
import type { Level, RadarSummary } from "../../api/radar";
import { count } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";
import { LEVELS } from "./filters";

interface Props {
  levels: RadarSummary["levels"];
  chosen: Level | null;
  onChoose: (level: Level | null) => void;
}

export function Levels({ levels, chosen, onChoose }: Props) {
  return (
    <div className="radar-levels" role="group" aria-label="按紧急程度筛选">
      {levels.map(({ level, count: number }) => (
        <button
          key={level}
          type="button"
          className="radar-level"
          aria-pressed={chosen === level}
          onClick={() => onChoose(chosen === level ? null : level)}
        >
          <StatusTag tone={LEVELS[level].tone}>{LEVELS[level].text}</StatusTag>
          <span>
            <b className="number">{count(number)}</b> 项
          </span>
        </button>
      ))}
    </div>
  );
}

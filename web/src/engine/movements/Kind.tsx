/** What an entry is, as a coloured word; one that was taken back is struck out. */
import type { Movement } from "../../api/movements";
import { StatusTag } from "../../shared/StatusTag";
import { useEngine } from "../field/context";
import { noteOf, RESULTS, toneOfKind } from "./stock";

export function Kind({ entry }: { entry: Movement }) {
  const { ledger } = useEngine();
  const note = noteOf(entry);
  return (
    <span className="movement-kind">
      <StatusTag tone={entry.reversed_by || entry.reverses ? "grey" : toneOfKind(ledger, entry.kind)}>
        {entry.kind_label}
      </StatusTag>
      {note && <span className={note === RESULTS.loss ? "movement-loss" : "quiet"}>{note}</span>}
    </span>
  );
}

export function Change({ entry, unit }: { entry: Movement; unit?: string | null | undefined }) {
  const shown = unit ? `${entry.change} ${unit}` : entry.change;
  return entry.reversed_by ? <del className="number quiet">{shown}</del> : <strong className="number">{shown}</strong>;
}

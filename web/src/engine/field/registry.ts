/** Every kind of field, once: how it is shown, filled in and searched, and how wide it is in a table. */
import * as cells from "./cells";
import * as inputs from "./inputs";
import * as searches from "./searches";

export interface Kind {
  cell: cells.Cell;
  input: inputs.FormInput;
  search: searches.Search;
  width: number;
  align: "left" | "right";
  /** Typed in: checked when the person goes on, not at every key. What is picked is checked at once. */
  typed?: boolean;
  /** Takes the whole row of a form. */
  wide?: boolean;
  /** Takes two places of the search bar: from one to another. */
  wideSearch?: boolean;
}

const text: Kind = {
  cell: cells.TextCell,
  input: inputs.TextInput,
  search: searches.TextSearch,
  width: 140,
  align: "left",
  typed: true,
};
const number: Kind = {
  cell: cells.NumberCell,
  input: inputs.NumberInput,
  search: searches.NumberSearch,
  width: 100,
  align: "right",
  typed: true,
};

const KINDS: Record<string, Kind> = {
  text,
  textarea: { ...text, input: inputs.TextAreaInput, width: 200, wide: true },
  integer: number,
  decimal: number,
  day: {
    cell: cells.DayCell,
    input: inputs.DayInput,
    search: searches.DaySearch,
    width: 104,
    align: "left",
    typed: true,
    wideSearch: true,
  },
  choice: {
    cell: cells.ChoiceCell,
    input: inputs.ChoiceInput,
    search: searches.ChoiceSearch,
    width: 130,
    align: "left",
  },
  multi_choice: {
    cell: cells.MultiChoiceCell,
    input: inputs.ChoiceInput,
    search: searches.ChoiceSearch,
    width: 180,
    align: "left",
  },
  department: {
    cell: cells.DepartmentCell,
    input: inputs.DepartmentInput,
    search: searches.DepartmentSearch,
    width: 130,
    align: "left",
  },
  yes_no: { cell: cells.YesNoCell, input: inputs.YesNoInput, search: searches.YesNoSearch, width: 80, align: "left" },
  code: { ...text, cell: cells.CodeCell, width: 150 },
  identity: { ...text, cell: cells.CodeCell, width: 180 },
  phone: { ...text, cell: cells.CodeCell, width: 130 },
};

/** The kind of a field; one that this release does not know is shown and edited as text. */
export function kindOf(kind: string): Kind {
  return KINDS[kind] ?? text;
}

/** Filters that came with a link and have no control in the search bar: said in words, and taken off by a click. */
import { Alert, Button } from "antd";
import { useEngine } from "../field/context";
import type { Filters } from "../field/searches";

interface Props {
  filters: Filters;
  onClear: (filters: Filters) => void;
}

export function HiddenFilters({ filters, onClear }: Props) {
  const { ledger, departments } = useEngine();
  const hidden = Object.entries(filters).filter(
    ([key]) => key === "dept_id.in" || (ledger.by_department && key === "dept_id"),
  );
  if (hidden.length === 0) return null;
  const names = hidden
    .flatMap(([, value]) => value.split(","))
    .map((id) => departments.find((department) => department.id === id)?.name ?? "（看不到的部门）");
  return (
    <Alert
      type="info"
      className="form-note no-print"
      title={`只显示 ${names.join("、")} 的记录${hidden.some(([key]) => key === "dept_id.in") ? "（不含下级）" : ""}`}
      action={
        <Button
          size="small"
          onClick={() =>
            onClear(
              Object.fromEntries(Object.entries(filters).filter((entry) => !hidden.some(([key]) => key === entry[0]))),
            )
          }
        >
          取消
        </Button>
      }
    />
  );
}

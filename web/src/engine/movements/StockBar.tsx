/** Above a row's details: how many there are, and the entries that are made in the store with a telephone. */
import { SwapOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { StatusTag } from "../../shared/StatusTag";
import { useEngine } from "../field/context";
import type { Row } from "../schema";
import { kindsOf, outcome, stockOf, withUnit } from "./stock";
import "./movements.css";

const MovementDialog = lazy(() => import("./MovementDialog"));

export default function StockBar({ row }: { row: Row }) {
  const { ledger } = useEngine();
  const [open, setOpen] = useState<{ kind?: string } | null>(null);
  if (!ledger.movements) return null;
  const stock = stockOf(ledger.movements, row);
  const short = outcome(stock.now, "in", "0", stock.limit)?.short;
  return (
    <div className="stock-bar no-print" role="group" aria-label="库存">
      <span className="stock-now">
        现有 <strong className="number">{withUnit(stock.now, stock.unit)}</strong>
        {short && <StatusTag tone="red">{`低于最低储备 ${stock.limit}`}</StatusTag>}
      </span>
      {ledger.permissions.update && (
        <span className="stock-actions">
          {kindsOf(ledger)
            .filter((kind) => kind.quick)
            .map((kind) => (
              <Button key={kind.value} onClick={() => setOpen({ kind: kind.value })}>
                {kind.label}
              </Button>
            ))}
          <Button icon={<SwapOutlined aria-hidden />} onClick={() => setOpen({})}>
            登记出入库
          </Button>
        </span>
      )}
      {open && (
        <Suspense fallback={null}>
          <MovementDialog id={row.id} kind={open.kind} onClose={() => setOpen(null)} />
        </Suspense>
      )}
    </div>
  );
}

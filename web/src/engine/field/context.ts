/** What a field needs to know beside its own declaration: the ledger it belongs to and the departments. */
import { createContext, useContext } from "react";
import type { Department } from "../../api/types";
import type { Field, LedgerManifest, Row } from "../schema";

export interface EngineContext {
  ledger: LedgerManifest;
  departments: Department[];
}

export const Engine = createContext<EngineContext | null>(null);

export function useEngine(): EngineContext {
  const context = useContext(Engine);
  if (!context) throw new Error("useEngine outside of <Engine>");
  return context;
}

export interface CellProps {
  field: Field;
  value: unknown;
  row: Row;
}

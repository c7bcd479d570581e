/** 批量导入 of the ledger around. */
import { useLedgerSource, Source } from "./source";
import { Wizard } from "./Wizard";

export default function ImportPage({ path }: { path: string }) {
  return (
    <Source value={useLedgerSource()}>
      <Wizard path={path} />
    </Source>
  );
}

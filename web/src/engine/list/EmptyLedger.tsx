/** A list without a row: the first that a new customer sees. It says what there is to do and offers it. */
import { DownloadOutlined, ImportOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Space } from "antd";
import { Nothing } from "../../shared/Nothing";
import type { LedgerManifest } from "../schema";
import { useTemplate } from "./useTemplate";

interface Props {
  ledger: LedgerManifest;
  /** Whether there are rows that the search does not let through. */
  filtered: boolean;
  onNew: () => void;
  onImport: () => void;
}

export function EmptyLedger({ ledger, filtered, onNew, onImport }: Props) {
  const { create, import: mayImport } = ledger.permissions;
  const template = useTemplate(ledger);
  const offers = !filtered && (create || mayImport);
  return (
    <div className="ledger-empty">
      <Nothing>
        {filtered
          ? "没有符合条件的记录，请调整查询条件或点“重置”"
          : offers
            ? "还没有记录。可以逐条录入，也可以下载模板、填好后整批导入"
            : "还没有记录"}
      </Nothing>
      {offers && (
        <Space wrap className="no-print">
          {create && (
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={onNew}>
              新建第一条
            </Button>
          )}
          {mayImport && (
            <>
              <Button icon={<ImportOutlined aria-hidden />} onClick={onImport}>
                批量导入 Excel
              </Button>
              <Button
                icon={<DownloadOutlined aria-hidden />}
                loading={template.busy}
                onClick={() => void template.download()}
              >
                模板下载
              </Button>
            </>
          )}
        </Space>
      )}
    </div>
  );
}

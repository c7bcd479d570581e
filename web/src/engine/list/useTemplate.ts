/** The ledger's template, downloaded; said so, and noted for the import page, whose first step it is. */
import { App } from "antd";
import { useState } from "react";
import { ledgers } from "../../api/ledgers";
import { describe } from "../../api/problem";
import { markTemplate } from "../import/flow";
import type { LedgerManifest } from "../schema";

export function useTemplate(ledger: LedgerManifest): { busy: boolean; download: () => Promise<void> } {
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);

  async function download() {
    setBusy(true);
    try {
      message.success(`已下载 ${await ledgers.template(ledger.slug, ledger.title)}`);
      markTemplate(ledger.slug);
    } catch (error) {
      message.error(describe(error));
    } finally {
      setBusy(false);
    }
  }

  return { busy, download };
}

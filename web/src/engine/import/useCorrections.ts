/** The cells that somebody has changed in the preview and that have not been validated yet. */
import { useMutation } from "@tanstack/react-query";
import { App } from "antd";
import { useState } from "react";
import type { Cells, ImportJob } from "../../api/imports";
import { describe } from "../../api/problem";
import { useLeaveGuard } from "../form/useLeaveGuard";
import { isRunning, without } from "./flow";
import { useSource } from "./source";

export interface Corrections {
  /** Whether cells can be put right here at all; elsewhere it is done in the file. */
  possible: boolean;
  cells: Cells;
  count: number;
  /** `now`: what the cell says without the change; typing that again takes the change back. */
  change: (row: number, field: string, text: string, now: string | null) => void;
  drop: () => void;
  send: () => void;
  sending: boolean;
}

export function useCorrections(job: ImportJob, onChanged: (job: ImportJob) => void): Corrections {
  const { api, corrects } = useSource();
  const { message } = App.useApp();
  const [cells, setCells] = useState<Cells>({});
  const count = Object.values(cells).reduce((sum, row) => sum + Object.keys(row).length, 0);
  useLeaveGuard(count > 0);
  const send = useMutation({
    mutationFn: (sent: Cells) => api.correct(job.id, sent),
    onSuccess: (next, sent) => {
      // What was typed while the answer was on its way is still to be sent.
      setCells((all) => without(all, sent));
      if (!isRunning(next)) {
        if (next.invalid === 0) message.success("已重新校验，全部正确");
        else message.info(`已重新校验，还有 ${next.invalid} 行有错误`);
      }
      onChanged(next);
    },
    onError: (error) => message.error(describe(error)),
  });
  return {
    possible: Boolean(corrects) && job.state === "ready",
    cells,
    count,
    change: (row, field, text, now) => {
      const { [field]: _, ...others } = cells[row] ?? {};
      const fields = text === now ? others : { ...others, [field]: text };
      const { [row]: __, ...rows } = cells;
      setCells(Object.keys(fields).length ? { ...rows, [row]: fields } : rows);
    },
    drop: () => setCells({}),
    send: () => send.mutate(cells),
    sending: send.isPending,
  };
}

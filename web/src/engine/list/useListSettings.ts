/** Views and columns of a person, kept on the server; what a browser still keeps from before is moved there quietly. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { views as api, type SavedView, type Views } from "../../api/rows";
import { usePreference } from "../../shared/preferences";
import type { LedgerManifest } from "../schema";
import { defaultChoice, type ColumnChoice } from "./columns";
import type { ListState } from "./query";

export interface ListSettings {
  views: SavedView[];
  choice: ColumnChoice;
  setChoice: (choice: ColumnChoice) => void;
  save: (view: SavedView) => Promise<void>;
  remove: (id: string) => Promise<void>;
  /** Whether the server has been asked: only then it is known which view is the default. */
  ready: boolean;
}

export function useListSettings(ledger: LedgerManifest, userId: string): ListSettings {
  const client = useQueryClient();
  const key = ["views", ledger.slug];
  const found = useQuery({ queryKey: key, queryFn: () => api.all(ledger.slug), staleTime: 5 * 60_000 });
  const [local, setLocal] = usePreference<ColumnChoice | null>(userId, `columns.${ledger.slug}`, null);
  // What was ticked on this page holds, also where the server's answer of before arrives after the tick.
  const [ticked, setTicked] = useState<{ slug: string; choice: ColumnChoice } | null>(null);
  // Columns are ticked one after the other, and the last tick has to arrive last.
  const sending = useRef<Promise<unknown>>(Promise.resolve());
  const server = found.data?.columns;
  const put = (change: (views: Views) => Views) =>
    client.setQueryData<Views>(key, (known) => (known ? change(known) : known));

  useEffect(() => {
    // Set in this browser before settings were kept on the server.
    if (server === null && local) {
      const columns = { shown: local.shown, frozen: local.frozen };
      put((known) => ({ ...known, columns }));
      void api.columns(ledger.slug, columns).catch(() => undefined);
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [server, ledger.slug]);

  return {
    views: found.data?.items ?? [],
    ready: !found.isPending,
    // The browser's copy shows the right columns at once, before the server has answered.
    choice: (ticked?.slug === ledger.slug ? ticked.choice : null) ?? server ?? local ?? defaultChoice(ledger),
    setChoice: (choice) => {
      setTicked({ slug: ledger.slug, choice });
      setLocal(choice);
      put((known) => ({ ...known, columns: choice }));
      // A refused or lost setting is not worth a message: it still holds in this browser.
      sending.current = sending.current.then(() => api.columns(ledger.slug, choice)).catch(() => undefined);
    },
    save: async (view) => {
      const saved = await api.save(ledger.slug, view);
      put((known) => ({
        ...known,
        items: [...known.items.filter((one) => one.id !== saved.id), saved]
          .map((one) => (saved.is_default && one.id !== saved.id ? { ...one, is_default: false } : one))
          .sort((a, b) => a.name.localeCompare(b.name, "zh-CN")),
      }));
    },
    remove: async (id) => {
      await api.remove(ledger.slug, id);
      put((known) => ({ ...known, items: known.items.filter((one) => one.id !== id) }));
    },
  };
}

/** What the list shows now, as a view keeps it. */
export function viewOf(state: ListState, choice: ColumnChoice): SavedView["settings"] {
  const filters = { ...state.filters, ...(state.dept ? { "dept_id.under": state.dept } : {}) };
  return { q: state.q, filters, sort: state.sort, size: state.size, columns: choice };
}

/** A view as the state of the list. */
export function stateOf({ settings }: SavedView): ListState {
  const { "dept_id.under": dept = "", ...filters } = settings.filters;
  return { page: 1, size: settings.size, sort: settings.sort, q: settings.q, dept, filters };
}

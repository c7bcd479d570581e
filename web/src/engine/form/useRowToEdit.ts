import { useQuery } from "@tanstack/react-query";
import { ledgers } from "../../api/ledgers";
import { useEngine } from "../field/context";

/** A row as it is when its form opens. It does not change under the hands; a conflict is told when saving. */
export function useRowToEdit(id: string | null) {
  const { ledger } = useEngine();
  return useQuery({
    queryKey: ["row-to-edit", ledger.slug, id],
    queryFn: () => ledgers.get(ledger.slug, id!),
    enabled: id !== null,
    staleTime: Infinity,
    gcTime: 0,
  });
}

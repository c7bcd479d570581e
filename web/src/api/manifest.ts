/** What exists for this person: the pages of every service, the ledgers, the departments. Loaded once after signing in. */
import { useQuery } from "@tanstack/react-query";
import type { LedgerManifest } from "../engine/schema";
import { request } from "./http";
import { ApiError } from "./problem";
import type { Department, Page } from "./types";

const SERVICES = ["auth", "documents", "ledgers", "workflow", "reports"] as const;
const TITLES: Record<(typeof SERVICES)[number], string> = {
  auth: "系统管理",
  documents: "文件资料",
  ledgers: "台账",
  workflow: "流程与提醒",
  reports: "统计报表",
};
const STALE_MS = 5 * 60_000;

interface ServiceManifest {
  pages?: Page[];
  ledgers?: LedgerManifest[];
}

export interface Catalogue {
  pages: Page[];
  ledgers: LedgerManifest[];
  /** Titles of the services that did not answer: their pages are missing for now. */
  missing: string[];
}

async function loadCatalogue(): Promise<Catalogue> {
  const answers = await Promise.allSettled(
    SERVICES.map((service) => request<ServiceManifest>("GET", `/api/${service}/_manifest`)),
  );
  const catalogue: Catalogue = { pages: [], ledgers: [], missing: [] };
  answers.forEach((answer, index) => {
    if (answer.status === "fulfilled") {
      catalogue.pages.push(...(answer.value.pages ?? []));
      catalogue.ledgers.push(...(answer.value.ledgers ?? []));
    } else if (!(answer.reason instanceof ApiError) || ![403, 404].includes(answer.reason.status)) {
      // 403 and 404 say that there is nothing for this person; anything else says that the service is in trouble.
      catalogue.missing.push(TITLES[SERVICES[index]!]);
    }
  });
  return catalogue;
}

export function useCatalogue() {
  return useQuery({ queryKey: ["catalogue"], queryFn: loadCatalogue, staleTime: STALE_MS });
}

export function useLedger(slug: string): LedgerManifest | undefined {
  return useCatalogue().data?.ledgers.find((ledger) => ledger.slug === slug);
}

export function useDepartments() {
  return useQuery({
    queryKey: ["departments"],
    queryFn: async () => (await request<{ items: Department[] }>("GET", "/api/auth/departments")).items,
    staleTime: STALE_MS,
  });
}

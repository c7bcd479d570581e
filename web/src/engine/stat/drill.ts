/** From a number of the certificate statistics to the rows that it counts. */
import type { Catalogue } from "../../api/manifest";

export interface Counted {
  /** `ledger:kind`, as the statistics name their columns; null for a figure over all kinds. */
  column: string | null;
  /** Only this department's own rows, as the statistics count them; null for all. */
  department: string | null;
  figure: "all" | "valid" | "expiring" | "review_overdue" | "expired";
}

/** The statuses of certificates (dictionary certificate_status) that a figure counts; 已注销 is in none. */
const STATUSES: Record<Counted["figure"], string[]> = {
  all: ["valid", "review_due", "expiring", "review_overdue", "expired"],
  valid: ["valid", "review_due", "expiring"],
  expiring: ["review_due", "expiring"],
  review_overdue: ["review_overdue"],
  expired: ["expired"],
};

/** The address of the rows; null when they are not in one ledger, or in none that this person may open. */
export function drillDown(catalogue: Catalogue, columns: string[], counted: Counted): string | null {
  const slugs = new Set((counted.column ? [counted.column] : columns).map((key) => key.split(":")[0]!));
  if (slugs.size !== 1) return null;
  const [slug] = [...slugs] as [string];
  const page = catalogue.pages.find((candidate) => candidate.screen === "ledger" && candidate.key === slug);
  if (!page) return null;
  const params = new URLSearchParams();
  if (counted.column) params.set("cert_type", counted.column.slice(slug.length + 1));
  if (counted.department) params.set("dept_id.in", counted.department);
  params.set("status.in", STATUSES[counted.figure].join(","));
  return `${page.path}?${params}`;
}

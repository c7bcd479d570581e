/** From a number of the certificate statistics to the rows it counts. */
import type { Catalogue } from "../../api/manifest";

/** The ledger that holds a kind of certificate: the one whose 证书类型 has it as an item. */
export function drillDown(
  catalogue: Catalogue,
  kind: string | null,
  department: string | null,
  _validOnly: boolean,
): string | null {
  for (const ledger of catalogue.ledgers) {
    const field = ledger.fields.find((candidate) => candidate.key === "cert_type");
    if (!field?.dictionary) continue;
    const item = ledger.dictionaries[field.dictionary]?.find((candidate) => candidate.value === kind);
    if (kind !== null && !item) continue;
    const page = catalogue.pages.find((candidate) => candidate.screen === "ledger" && candidate.key === ledger.slug);
    if (!page) continue;
    const params = new URLSearchParams();
    if (kind !== null) params.set(field.key, kind);
    if (department) params.set("dept_id", department);
    return `${page.path}?${params}`;
  }
  return null;
}

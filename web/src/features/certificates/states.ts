/** The states of a certificate in words and colours, the same as in the dictionary certificate_status; and how one can lack. */
import type { CertificateState, LackingState } from "../../api/certificates";
import type { Tone } from "../../app/theme";
import type { Field, LedgerManifest } from "../../engine/schema";

export const WORDS: Record<CertificateState, { text: string; tone: Tone }> = {
  expired: { text: "已过期", tone: "red" },
  review_overdue: { text: "复审超期", tone: "red" },
  review_due: { text: "待复审", tone: "yellow" },
  expiring: { text: "即将到期", tone: "orange" },
  valid: { text: "有效", tone: "green" },
  cancelled: { text: "已注销", tone: "grey" },
};

export const LACKS: Record<LackingState, { text: string; tone: Tone }> = {
  missing: { text: "未登记", tone: "red" },
  expired: { text: "已过期", tone: "red" },
  review_overdue: { text: "复审逾期", tone: "orange" },
  not_yet_valid: { text: "尚未生效", tone: "yellow" },
  cancelled: { text: "已注销", tone: "grey" },
  unknown_person: { text: "无法确定", tone: "blue" },
};

/** What the page tells each of its two lists. `q` may be a number, which does not stand in `params`. */
export interface ViewProps {
  path: string;
  params: URLSearchParams;
  q: string;
  onChange: (values: Record<string, string | null | undefined>) => void;
  onSearch: (text: string) => void;
  onReset: () => void;
}

export function holdsCertificates(ledger: LedgerManifest): boolean {
  return ledger.fields.some((field) => field.dictionary === "certificate_status");
}

/** Whether this is a whole identity number, which is not written where others could read it. */
export function isNumber(text: string): boolean {
  return /^\d{17}[\dXx]$/.test(text);
}

const SHOWN = ["cert_type", "item", "cert_no", "issuer", "issue_date", "valid_to", "review_date"];

/** What the sheet of a person says of each certificate of this ledger: what it is, its number and days, its state. */
export function sheetFields(ledger: LedgerManifest): Field[] {
  const wanted = SHOWN.flatMap((key) => ledger.fields.find((field) => field.key === key) ?? []);
  const watched = ledger.expiry.flatMap(({ field: key }) => ledger.fields.find((field) => field.key === key) ?? []);
  const states = ledger.fields.filter((field) => field.dictionary === "certificate_status");
  return [...new Set([...wanted, ...watched, ...states])];
}

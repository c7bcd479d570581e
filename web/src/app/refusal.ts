/** An address that is a page of the platform, and not one of this person's. Which pages there are is printed in the manual;
 * whether a row exists is told to nobody who may not see it. */
import type { Called } from "../api/permissions";
import { may } from "../shared/permission";

export interface Refusal {
  /** Nothing where one of several would do. */
  permission?: string;
  /** 特种设备 · 查看 */
  title: string;
}

const SERVICES: Record<string, string> = { ledgers: "ledgers", libraries: "documents", reports: "reports", system: "auth" };
/** Pages that are not called like what they show. */
const RESOURCES: Record<string, string> = { organisation: "departments" };

/** Pages that show several ledgers together: whoever may read one of them has the page. */
const SEVERAL: Record<string, string> = { "/radar": "任一有到期日期的台账 · 查看", "/certificates": "任一证书台账 · 查看" };

export function refusalOf(called: Called, grants: readonly string[], pathname: string): Refusal | null {
  const several = SEVERAL[pathname];
  if (several) return { title: several };
  const [, area = "", key = ""] = pathname.split("/");
  const service = SERVICES[area];
  const resource = RESOURCES[key] ?? key;
  const title = service && called.resource(service, resource);
  if (!title || may(grants, `${service}:${resource}:read`)) return null;
  return {
    permission: `${service}:${resource}:read`,
    title: `${title} · ${called.verb(service, "read") ?? "查看"}`,
  };
}

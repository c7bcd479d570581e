/** How a person is introduced: where they belong and what they are, once where the two have the same name. */
import type { Me } from "../api/types";

export function placeOf(user: Me["user"]): string {
  const roles = user.roles.map((role) => role.name);
  return [...new Set([user.department?.name ?? "公司", roles.join("、")])].filter(Boolean).join(" · ");
}

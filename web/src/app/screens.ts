/** The screens that show one page each; a service names them in its manifest. One line a screen, each loaded when it is opened. */
import { lazy, type ComponentType } from "react";
import type { Page } from "../api/types";

export interface ScreenProps {
  page: Page;
  /** What stands below the page's own address; empty on the page itself. */
  rest: string;
}

const screen = (load: () => Promise<{ default: ComponentType<ScreenProps> }>) => lazy(load);

export const SCREENS: Record<string, ReturnType<typeof screen> | undefined> = {
  organisation: screen(() => import("../features/organisation/OrganisationPage")),
  // What stands below a page's own address is named with it: `<screen>/<rest>`.
  "organisation/import": screen(async () => ({
    default: (await import("../features/organisation/ImportScreens")).DepartmentsImport,
  })),
  users: screen(() => import("../features/users/UsersPage")),
  "users/import": screen(async () => ({
    default: (await import("../features/organisation/ImportScreens")).UsersImport,
  })),
  sessions: screen(() => import("../features/sessions/SessionsPage")),
  roles: screen(() => import("../features/roles/RolesPage")),
  audit: screen(() => import("../features/audit/AuditPage")),
  dictionaries: screen(() => import("../features/dictionaries/DictionariesPage")),
  radar: screen(() => import("../features/radar/RadarPage")),
  certificates: screen(() => import("../features/certificates/EnquiryPage")),
  // Whatever stands below: one thing of the page, by its address.
  "certificates/*": screen(() => import("../features/certificates/PersonPage")),
};

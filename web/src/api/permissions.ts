/** What permissions are called: by service, resource and verb, as the services declare them. */
import { useQuery } from "@tanstack/react-query";
import { request } from "./http";
import type { PermissionService } from "./roles";

export interface Called {
  service: (code: string) => string;
  resource: (service: string, code: string) => string | undefined;
  verb: (service: string, code: string) => string | undefined;
}

export function calledBy(services: PermissionService[]): Called {
  const of = (code: string) => services.find((one) => one.service === code);
  // A grant of every service still names its resources and verbs.
  const among = (service: string) => (service === "*" ? services : services.filter((one) => one.service === service));
  return {
    service: (code) => of(code)?.title ?? code,
    resource: (service, code) =>
      among(service).flatMap((one) => one.resources.filter(({ resource }) => resource === code))[0]?.title,
    verb: (service, code) => among(service).flatMap((one) => one.verbs.filter(({ verb }) => verb === code))[0]?.title,
  };
}

/** The words; none while they are not there, or cannot be had. */
export function useCalled(): Called {
  const { data } = useQuery({
    queryKey: ["permission-words"],
    queryFn: () => request<{ services: PermissionService[] }>("GET", "/api/auth/me/permission-words"),
    staleTime: Infinity,
  });
  return calledBy(data?.services ?? []);
}

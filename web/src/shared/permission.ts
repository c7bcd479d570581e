/**
 * Whether grants (`service:res1,res2|*:verb1,verb2|*`) cover a permission `service:resource:verb`. Only for showing or
 * hiding buttons: the services decide again on every request.
 */
export function may(grants: readonly string[], permission: string): boolean {
  const [service, resource, verb] = permission.split(":") as [string, string, string];
  return grants.some((grant) => {
    const [services = "", resources = "", verbs = ""] = grant.split(":");
    return covers(services, service) && covers(resources, resource) && covers(verbs, verb);
  });
}

function covers(granted: string, wanted: string): boolean {
  return granted === "*" || granted.split(",").some((part) => part === wanted || part === "*");
}

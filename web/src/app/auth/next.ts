/** Where to go after signing in: only an address of this application, never another site. */
export function nextOf(search: string): string {
  const next = new URLSearchParams(search).get("next");
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

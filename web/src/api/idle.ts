/** A session that nobody uses ends: the page's own polling must not keep it alive, so that the page itself watches for a
 * hand on it. All tabs of a browser are one person. */
import { endIdle, idleLimit } from "./session";

const KEY = "safework.last-input";
const EVENTS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;
const WRITE_EVERY_MS = 5_000;
const LOOK_EVERY_MS = 10_000;

/** Milliseconds since anybody touched any tab. */
export function idleFor(now: number, here: number, stored: string | null): number {
  return now - Math.max(here, Number(stored) || 0);
}

/** Watch until the returned function is called. */
export function watchIdle(): () => void {
  let last = Date.now();
  let written = 0;
  const touched = () => {
    last = Date.now();
    if (last - written < WRITE_EVERY_MS) return;
    written = last;
    localStorage.setItem(KEY, String(last));
  };
  const look = () => {
    if (idleFor(Date.now(), last, localStorage.getItem(KEY)) >= idleLimit()) void endIdle();
  };
  touched();
  for (const event of EVENTS) window.addEventListener(event, touched, { capture: true, passive: true });
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    for (const event of EVENTS) window.removeEventListener(event, touched, { capture: true });
  };
}

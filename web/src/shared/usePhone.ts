/** Whether the screen is as narrow as a phone's: the same border as in styles.css. */
import { useSyncExternalStore } from "react";

const NARROW = "(max-width: 767px)";

export function usePhone(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(NARROW);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => window.matchMedia(NARROW).matches,
  );
}

/** What a person set for a page (columns, density), in this browser and under their own id. */
import { useState } from "react";

export function usePreference<T>(userId: string, name: string, initial: T): [T, (value: T) => void] {
  const key = `safework.preference.${userId}.${name}`;
  const [value, setValue] = useState<T>(() => {
    try {
      const text = localStorage.getItem(key);
      return text ? (JSON.parse(text) as T) : initial;
    } catch {
      return initial;
    }
  });
  const set = (next: T) => {
    setValue(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // Only a convenience: without storage it lasts as long as the page.
    }
  };
  return [value, set];
}

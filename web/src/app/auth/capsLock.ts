/** Whether Caps Lock is on, as far as the keys that are pressed in a field tell. */
import { useState, type KeyboardEvent } from "react";

export function useCapsLock() {
  const [on, setOn] = useState(false);
  const look = (event: KeyboardEvent) => setOn(event.getModifierState("CapsLock"));
  return { on, watch: { onKeyUp: look, onKeyDown: look, onBlur: () => setOn(false) } };
}

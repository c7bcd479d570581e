/** Lets a page close its own tab when its work is done: a form that has been saved, or given up. */
import { createContext, useContext } from "react";

export const LeaveTab = createContext<(to: string) => void>(() => undefined);

/** Closes the tab that is shown and goes to an address. */
export function useLeaveTab(): (to: string) => void {
  return useContext(LeaveTab);
}

/** Lets a page close its own tab when its work is done: a form that has been saved, or given up. */
import { createContext, useContext } from "react";

/** `left`: the filters of the page to go back to when it was left; it is then opened with the filters that it has. */
type Leave = (to: string, left?: string) => void;

export const LeaveTab = createContext<Leave>(() => undefined);

/** Closes the tab that is shown and goes to an address. */
export function useLeaveTab(): Leave {
  return useContext(LeaveTab);
}

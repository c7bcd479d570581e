import { useQuery } from "@tanstack/react-query";
import { dataOf, workflowClient as client } from "./clients";
import type { components, paths } from "./generated/workflow";

export type Notice = components["schemas"]["NoticeItem"];
type NoticeQuery = NonNullable<paths["/api/workflow/notices"]["get"]["parameters"]["query"]>;

export const notices = {
  list: (query: NoticeQuery) => dataOf(client.GET("/api/workflow/notices", { params: { query } })),
  read: (id: string) =>
    dataOf(client.POST("/api/workflow/notices/{notice_id}/read", { params: { path: { notice_id: id } } })),
  readAll: () => dataOf(client.POST("/api/workflow/notices/read-all")),
};

export const LEVELS = ["overdue", "red", "orange", "yellow"] as const;

const POLL_MS = 30_000;

/** The newest unread notices and their number, for the bell: every 30 seconds and whenever the window gets the focus. */
export function useBell() {
  return useQuery({
    queryKey: ["notices", "bell"],
    queryFn: () => notices.list({ unread: true, size: 8 }),
    refetchInterval: POLL_MS,
    refetchOnWindowFocus: "always",
    staleTime: 0,
  });
}

/** How many unread notices there are of each level, the most urgent first. */
export function useUnreadByLevel() {
  return useQuery({
    queryKey: ["notices", "levels"],
    queryFn: () =>
      Promise.all(
        LEVELS.map(async (level) => ({ level, total: (await notices.list({ unread: true, level, size: 1 })).total })),
      ),
    refetchInterval: POLL_MS,
  });
}

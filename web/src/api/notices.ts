import { useQuery } from "@tanstack/react-query";
import { dataOf, workflowClient as client } from "./clients";
import type { components, paths } from "./generated/workflow";

export type Notice = components["schemas"]["NoticeItem"];
export type NoticeGroup = components["schemas"]["NoticeGroup"];
export type NoticeQuery = NonNullable<paths["/api/workflow/notices/groups"]["get"]["parameters"]["query"]>;
type PageQuery = NonNullable<paths["/api/workflow/notices"]["get"]["parameters"]["query"]>;
type Meant = NonNullable<paths["/api/workflow/notices/read-all"]["post"]["parameters"]["query"]>;

export const notices = {
  list: (query: PageQuery) => dataOf(client.GET("/api/workflow/notices", { params: { query } })),
  groups: (query: NoticeQuery) => dataOf(client.GET("/api/workflow/notices/groups", { params: { query } })),
  read: (id: string) =>
    dataOf(client.POST("/api/workflow/notices/{notice_id}/read", { params: { path: { notice_id: id } } })),
  readAll: (query: Meant) => dataOf(client.POST("/api/workflow/notices/read-all", { params: { query } })),
};

export const LEVELS = ["overdue", "red", "orange", "yellow"] as const;

const POLL_MS = 30_000;

/** The unread notices nearest to their date and their number, for the bell: every 30 seconds and whenever the window gets the focus. */
export function useBell() {
  return useQuery({
    queryKey: ["notices", "bell"],
    queryFn: () => notices.list({ unread: true, sort: "nearest", size: 8 }),
    refetchInterval: POLL_MS,
    refetchOnWindowFocus: "always",
    staleTime: 0,
  });
}

/** How many unread notices there are of each level, the most urgent first. */
export function useUnreadByLevel() {
  return useQuery({
    queryKey: ["notices", "groups", { unread: true }],
    queryFn: () => notices.groups({ unread: true }),
    refetchInterval: POLL_MS,
    select: ({ items }) =>
      LEVELS.map((level) => ({
        level,
        total: items.reduce((sum, group) => sum + (group.levels[level] ?? 0), 0),
      })),
  });
}

import { useQuery } from "@tanstack/react-query";
import { request, type Query } from "./http";
import type { Notice, Paged } from "./types";

export interface NoticeList extends Paged<Notice> {
  unread: number;
}

export const notices = {
  list: (query: Query) => request<NoticeList>("GET", "/api/workflow/notices", { query }),
  read: (id: string) => request<Notice>("POST", `/api/workflow/notices/${id}/read`, { body: {} }),
  readAll: () => request<void>("POST", "/api/workflow/notices/read-all", { body: {} }),
};

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

/** What the department has said about its files before: shown, and forgotten one by one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Collapse } from "antd";
import { describe } from "../../api/problem";
import type { Remembered as Entry } from "../../api/imports";
import { useSource } from "./source";

export function Remembered() {
  const { key, api } = useSource();
  const { message } = App.useApp();
  const client = useQueryClient();
  const query = useQuery({ queryKey: ["imports", key, "remembered"], queryFn: api.remembered });
  const forget = useMutation({
    mutationFn: (entry: Entry) => api.forget(entry.id),
    onSuccess: (_, entry) => message.success(`已忘记“${entry.written}”，下次导入会再次询问`),
    onError: (error) => message.error(describe(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["imports", key, "remembered"] }),
  });
  const items = query.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Collapse
      size="small"
      items={[
        {
          key: "remembered",
          label: `本部门记住的对应关系（${items.length} 条）`,
          children: (
            <ul className="remembered">
              {items.map((entry) => (
                <li key={entry.id}>
                  <span>
                    {meaning(entry)}
                    <span className="quiet">（{entry.created_by_name}）</span>
                  </span>
                  <Button
                    size="small"
                    loading={forget.isPending && forget.variables?.id === entry.id}
                    onClick={() => forget.mutate(entry)}
                    aria-label={`忘记“${entry.written}”`}
                  >
                    忘记
                  </Button>
                </li>
              ))}
            </ul>
          ),
        },
      ]}
    />
  );
}

function meaning(entry: Entry): string {
  if (entry.kind === "heading") {
    return entry.field ? `列“${entry.written}” → ${entry.field_title ?? "（字段已取消）"}` : `列“${entry.written}”不导入`;
  }
  return `${entry.field_title ?? ""}中的“${entry.written}” → ${entry.label ?? "（选项已取消）"}`;
}

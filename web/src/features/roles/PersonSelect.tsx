/** Choosing a person by typing part of a name. */
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import type { Candidate } from "../../api/roles";

interface Props {
  value?: string;
  onChange?: (id: string) => void;
  /** What finds people; the key tells one way of finding from another. */
  find: (text: string) => Promise<Candidate[]>;
  name: string;
  label?: string;
}

export function PersonSelect({ value, onChange, find, name, label = "选择人员" }: Props) {
  const [text, setText] = useState("");
  const found = useQuery({
    queryKey: ["roles", "find", name, text],
    queryFn: () => find(text),
    enabled: text.trim().length > 0,
    staleTime: 30_000,
  });
  return (
    <Select
      aria-label={label}
      showSearch={{ filterOption: false, onSearch: setText }}
      value={value}
      onChange={onChange}
      loading={found.isFetching}
      placeholder="输入姓名、用户名或工号查找"
      notFoundContent={text.trim() ? (found.isFetching ? "正在查找…" : "没有找到") : "请输入姓名、用户名或工号"}
      options={(found.data ?? []).map((one) => ({ value: one.id, label: `${one.name}（${one.department}）` }))}
    />
  );
}

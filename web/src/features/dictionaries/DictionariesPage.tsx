/** 字典管理 (1.1): kinds on the left, the items of one on the right. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Input, Menu, Select, Skeleton, Space } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { dictionaries, type DictionaryHead } from "../../api/dictionaries";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import type { ScreenProps } from "../../app/screens";
import { Nothing } from "../../shared/Nothing";
import { may } from "../../shared/permission";
import { usePhone } from "../../shared/usePhone";
import { Items } from "./Items";
import { NewDictionary } from "./NewDictionary";
import "./dictionaries.css";

export default function DictionariesPage({ page }: ScreenProps) {
  const [params, setParams] = useSearchParams();
  const [text, setText] = useState("");
  const [naming, setNaming] = useState<DictionaryHead | "new" | null>(null);
  const phone = usePhone();
  const client = useQueryClient();
  const grants = useSession().me?.permissions ?? [];
  const mayCreate = may(grants, "auth:dictionaries:create");
  const list = useQuery({ queryKey: ["dictionaries", "list"], queryFn: dictionaries.list });
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  const every = list.data?.items ?? [];
  const wanted = text.trim().toLowerCase();
  const found = every.filter((one) => one.name.toLowerCase().includes(wanted) || one.code.includes(wanted));
  const chosen = every.find((one) => one.code === params.get("code")) ?? every[0];
  const choose = (code: string) => setParams(code ? { code } : {});
  const nameOf = (one: DictionaryHead) => `${one.name}（${one.items}）`;
  return (
    <Card
      title={page.title}
      extra={
        mayCreate && (
          <Space>
            {chosen && !chosen.service && <Button onClick={() => setNaming(chosen)}>改名</Button>}
            <Button onClick={() => setNaming("new")}>新建字典</Button>
          </Space>
        )
      }
    >
      {list.isPending && <Skeleton active />}
      {list.data && !every.length && <Nothing>{"还没有字典：各系统启动后会写入自己的字典。"}</Nothing>}
      {chosen && (
        <div className="dictionaries">
          {phone ? (
            <Select
              aria-label="选择字典"
              className="full"
              value={chosen.code}
              showSearch={{ optionFilterProp: "label" }}
              options={every.map((one) => ({ value: one.code, label: nameOf(one) }))}
              onChange={choose}
            />
          ) : (
            <nav aria-label="字典">
              <Input
                allowClear
                placeholder="查找字典"
                aria-label="查找字典"
                onChange={(event) => setText(event.target.value)}
              />
              <Menu
                selectedKeys={[chosen.code]}
                items={found.map((one) => ({ key: one.code, label: nameOf(one), title: one.code }))}
                onClick={({ key }) => choose(key)}
              />
              {!found.length && <p className="quiet">没有找到</p>}
            </nav>
          )}
          <Items key={chosen.code} code={chosen.code} />
        </div>
      )}
      {naming && (
        <NewDictionary
          renamed={naming === "new" ? null : naming}
          known={every}
          onClose={() => setNaming(null)}
          onDone={(saved) => {
            setNaming(null);
            void client.invalidateQueries({ queryKey: ["dictionaries"] });
            choose(saved.code);
          }}
        />
      )}
    </Card>
  );
}

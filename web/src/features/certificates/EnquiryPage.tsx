/** 证书查询: people by department, name or number: what they hold, and what their posts require that they lack. */
import { Segmented } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import type { ScreenProps } from "../../app/screens";
import { DepartmentTree } from "../../engine/list/DepartmentTree";
import { HoldersView } from "./HoldersView";
import { MissingView } from "./MissingView";
import { isNumber, type ViewProps } from "./states";
import "./certificates.css";

export default function EnquiryPage({ page }: ScreenProps) {
  const [params, setParams] = useSearchParams();
  // An identity number is not written into the address, which stays in the browser's history.
  const [secret, setSecret] = useState("");
  const missing = params.get("view") === "missing";
  const q = secret || (params.get("q") ?? "");
  const change: ViewProps["onChange"] = (values) => {
    const next = new URLSearchParams(params);
    for (const [key, value] of Object.entries({ page: null, ...values })) {
      if (value) next.set(key, value);
      else next.delete(key);
    }
    setParams(next, { replace: true });
  };
  const search = (text: string) => {
    setSecret(isNumber(text) ? text : "");
    change({ q: isNumber(text) ? null : text });
  };
  const reset = () => {
    setSecret("");
    setParams(missing ? { view: "missing" } : {}, { replace: true });
  };
  const View = missing ? MissingView : HoldersView;
  return (
    <div className="ledger">
      <DepartmentTree value={params.get("department") ?? ""} onChange={(department) => change({ department })} />
      <div className="ledger-main stack">
        <h1 className="holders-title">{page.title}</h1>
        <Segmented<string>
          className="no-print holders-views"
          aria-label="查看方式"
          value={missing ? "missing" : "holders"}
          options={[
            { value: "holders", label: "持证人员" },
            { value: "missing", label: "缺证" },
          ]}
          // Whom one looks for stays; the states of the two lists are different ones.
          onChange={(view) =>
            change({ view: view === "missing" ? view : null, state: null, ledger: null, post: null })
          }
        />
        <View path={page.path} params={params} q={q} onChange={change} onSearch={search} onReset={reset} />
      </div>
    </div>
  );
}

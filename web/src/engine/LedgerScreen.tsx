/** One ledger: its list, its form, its import wizard, all made from its manifest. */
import { Skeleton } from "antd";
import { lazy, Suspense, useMemo } from "react";
import { useDepartments } from "../api/manifest";
import { Navigate } from "react-router";
import { NotFound } from "../app/NotFound";
import { Engine } from "./field/context";
import { FormPage } from "./form/FormPage";
import { ListPage } from "./list/ListPage";
import type { LedgerManifest } from "./schema";

const ImportPage = lazy(() => import("./import/ImportPage"));
const RegisterPage = lazy(() => import("./movements/RegisterPage"));

interface Props {
  ledger: LedgerManifest;
  path: string;
  rest: string;
}

export default function LedgerScreen({ ledger, path, rest }: Props) {
  const departments = useDepartments();
  const context = useMemo(() => ({ ledger, departments: departments.data ?? [] }), [ledger, departments.data]);
  return (
    <Engine value={context}>
      <Part path={path} rest={rest} ledger={ledger} />
    </Engine>
  );
}

function Part({ ledger, path, rest }: Props) {
  if (rest === "") return <ListPage path={path} />;
  if (rest === "new" && ledger.permissions.create) return <FormPage id={null} path={path} />;
  if (rest === "import" && ledger.permissions.import) {
    return (
      <Suspense fallback={<Skeleton active className="pad" />}>
        <ImportPage path={path} />
      </Suspense>
    );
  }
  if (rest === "movements" && ledger.movements) {
    return (
      <Suspense fallback={<Skeleton active className="pad" />}>
        <RegisterPage path={path} />
      </Suspense>
    );
  }
  // What a label's code and a message link to: the row, opened over the list.
  if (/^[0-9a-f-]{36}$/.test(rest)) return <Navigate to={`${path}?row=${rest}`} replace />;
  const edit = /^([0-9a-f-]{36})\/edit$/.exec(rest);
  if (edit?.[1] && ledger.permissions.update) return <FormPage id={edit[1]} path={path} />;
  return <NotFound />;
}

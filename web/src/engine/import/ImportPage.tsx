/** 批量导入: template → upload → checked by the server → what is right and wrong, cell by cell → written. The job is in
 * the address, so that a reload, or a colleague with the link, comes back to the same step. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Steps } from "antd";
import { useEffect, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { imports } from "../../api/ledgers";
import { ApiError } from "../../api/problem";
import type { ImportJob } from "../../api/types";
import { Failure } from "../../app/ErrorBoundary";
import { useEngine } from "../field/context";
import { hasTemplate, isRunning, markTemplate, stepOf, STEPS } from "./flow";
import { History } from "./History";
import { Preview } from "./Preview";
import { Running } from "./Running";
import { Summary } from "./Summary";
import { UploadStep } from "./UploadStep";

const POLL_MS = 700;

export default function ImportPage({ path }: { path: string }) {
  const { ledger } = useEngine();
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const id = params.get("job");
  const query = useQuery({
    queryKey: ["import", ledger.slug, id],
    queryFn: () => imports.get(ledger.slug, id!),
    enabled: id !== null,
    refetchInterval: ({ state }) => (isRunning(state.data) ? POLL_MS : false),
    refetchIntervalInBackground: true,
    // A moment without network while a job runs is no reason to throw the page away.
    retry: (failures, error) =>
      error instanceof ApiError && (error.status === 0 || error.status >= 502) && failures < 20,
  });
  const job = id ? (query.data ?? null) : null;
  const state = job?.state;
  useEffect(() => {
    if (state === "confirmed") void client.invalidateQueries({ queryKey: ["rows", ledger.slug] });
    if (state) void client.invalidateQueries({ queryKey: ["imports", ledger.slug] });
  }, [state, client, ledger.slug]);

  const keep = (next: ImportJob) => {
    client.setQueryData(["import", ledger.slug, next.id], next);
    setParams({ job: next.id });
  };
  const [template, setTemplate] = useState(() => hasTemplate(ledger.slug));
  const startOver = () => setParams({});
  return (
    <div className="stack">
      <Card title={`批量导入${ledger.title}`} extra={<Link to={path}>返回台账</Link>}>
        <Steps
          size="small"
          current={stepOf(job)}
          // The template is a help and no duty: whoever comes with a file of their own has not done that step.
          items={STEPS.map((title, index) => ({
            title,
            ...(index === 0 && !template ? { status: "wait" as const } : {}),
          }))}
          responsive
          className="import-steps"
        />
        {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
        {query.isError && (
          <p className="center">
            <Button onClick={startOver}>重新开始导入</Button>
          </p>
        )}
        {!query.isError && stepOf(job) === 1 && (!id || job) && (
          <UploadStep
            failed={job}
            onTemplate={() => {
              markTemplate(ledger.slug);
              setTemplate(true);
            }}
            onStarted={keep}
          />
        )}
        {job && isRunning(job) && <Running job={job} />}
        {job?.state === "ready" && <Preview job={job} path={path} onChanged={keep} onStartOver={startOver} />}
        {job?.state === "confirmed" && <Summary job={job} path={path} onAgain={startOver} />}
      </Card>
      <History
        onOpen={(chosen) => setParams({ job: chosen.id })}
        onDropped={(dropped) => {
          if (dropped.id === id) startOver();
        }}
      />
    </div>
  );
}

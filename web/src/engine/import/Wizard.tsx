/** Template → upload → what strange headings mean → what is right and wrong, cell by cell → written → taken back, if need be.
 * The job is in the address, so that a reload, or a colleague with the link, comes back to the same step. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Steps } from "antd";
import { useEffect, useState } from "react";
import { Link, useSearchParams } from "react-router";
import type { ImportJob } from "../../api/imports";
import { ApiError } from "../../api/problem";
import { Failure } from "../../app/ErrorBoundary";
import { hasTemplate, isRunning, markTemplate, stepOf, STEPS } from "./flow";
import { History } from "./History";
import { MappingStep } from "./MappingStep";
import { Preview } from "./Preview";
import { Running } from "./Running";
import { useSource } from "./source";
import { Summary } from "./Summary";
import { UploadStep } from "./UploadStep";

const POLL_MS = 700;

export function Wizard({ path }: { path: string }) {
  const source = useSource();
  const { key, api } = source;
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const id = params.get("job");
  const query = useQuery({
    queryKey: ["import", key, id],
    queryFn: () => api.get(id!),
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
    if (state === "confirmed" || state === "undone") void client.invalidateQueries({ queryKey: ["rows", key] });
    if (state) void client.invalidateQueries({ queryKey: ["imports", key] });
  }, [state, client, key]);

  const keep = (next: ImportJob) => {
    client.setQueryData(["import", key, next.id], next);
    void client.invalidateQueries({ queryKey: ["imports", key] });
    setParams({ job: next.id });
  };
  const [template, setTemplate] = useState(() => hasTemplate(key));
  const startOver = () => setParams({});
  // Without a mapping step nothing is asked, and the third step is the server's alone.
  const steps = source.maps ? STEPS : STEPS.map((title) => (title === "核对列名" ? "系统校验" : title));
  return (
    <div className="stack">
      <Card title={`批量导入${source.title}`} extra={<Link to={path}>返回{source.place}</Link>}>
        <Steps
          size="small"
          current={stepOf(job)}
          // The template is a help and no duty: whoever comes with a file of their own has not done that step.
          items={steps.map((title, index) => ({
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
              markTemplate(key);
              setTemplate(true);
            }}
            onStarted={keep}
          />
        )}
        {job && isRunning(job) && <Running job={job} onStartOver={startOver} />}
        {job?.state === "mapping" && job.mapping && (
          <MappingStep key={job.id} job={job} mapping={job.mapping} onChanged={keep} onStartOver={startOver} />
        )}
        {job?.state === "ready" && <Preview job={job} path={path} onChanged={keep} onStartOver={startOver} />}
        {(job?.state === "confirmed" || job?.state === "undone") && (
          <Summary job={job} path={path} onAgain={startOver} onChanged={keep} />
        )}
      </Card>
      <History
        onOpen={(chosen) => setParams({ job: chosen.id })}
        onChanged={keep}
        onDropped={(dropped) => {
          if (dropped.id === id) startOver();
        }}
      />
    </div>
  );
}

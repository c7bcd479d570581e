/** What is shown instead of a page that failed while rendering. The rest of the application goes on working. */
import { Button, Result, Typography } from "antd";
import { Component, type ErrorInfo, type ReactNode } from "react";
import { ApiError, describe } from "../api/problem";

interface Props {
  children: ReactNode;
}

interface State {
  error: unknown;
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <Failure error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}

/** A failure that takes the place of a page: the reason, the trace id to copy, and a way to try again. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = error instanceof ApiError ? error : null;
  const status = problem?.status === 403 ? "403" : problem?.status === 404 ? "404" : "error";
  return (
    <Result
      status={status}
      title={problem?.title ?? "页面出错了"}
      subTitle={describe(error)}
      extra={
        <>
          {onRetry && (
            <Button type="primary" onClick={onRetry}>
              重试
            </Button>
          )}
          {problem?.traceId && (
            <p>
              跟踪号：
              <Typography.Text copyable>{problem.traceId}</Typography.Text>
            </p>
          )}
        </>
      }
    />
  );
}

/** The root: language, theme, server state, and the choice between signing in and the shell. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider, Spin } from "antd";
import zhCN from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { lazy, Suspense, useEffect } from "react";
import { BrowserRouter, Navigate, useLocation } from "react-router";
import { ApiError } from "../api/problem";
import { watchIdle } from "../api/idle";
import { useSession } from "../api/session";
import { Loading } from "../shared/Loading";
import { LoginPage } from "./auth/LoginPage";
import { ProofDialog } from "./auth/ProofDialog";
import { SessionEnded } from "./auth/SessionEnded";
import { nextOf } from "./auth/next";
import { ErrorBoundary } from "./ErrorBoundary";
import { theme, withoutMotion } from "./theme";
import { useStillness } from "./useStillness";

dayjs.locale("zh-cn");

const Shell = lazy(() => import("./shell/Shell"));
const FirstSteps = lazy(() => import("./auth/FirstSteps"));
const loadShell = () => import("./shell/Shell");

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; only what may pass by itself is tried again.
      retry: (failures, error) =>
        failures < 2 && error instanceof ApiError && (error.status === 0 || [502, 503, 504].includes(error.status)),
    },
  },
});

export function App() {
  const still = useStillness();
  return (
    <ConfigProvider locale={zhCN} theme={still ? withoutMotion : theme} button={{ autoInsertSpace: false }}>
      <AntApp message={{ maxCount: 3 }}>
        <ErrorBoundary>
          <QueryClientProvider client={queryClient}>
            {/* Without transitions: a tab records every address, also one that is left again at once. */}
            <BrowserRouter useTransitions={false}>
              <Gate />
            </BrowserRouter>
          </QueryClientProvider>
        </ErrorBoundary>
      </AntApp>
    </ConfigProvider>
  );
}

function Gate() {
  const { status, me } = useSession();
  const location = useLocation();
  useEffect(() => {
    // Loaded while the person types the password, so that the shell is there when they are in.
    if (status === "anonymous") void loadShell();
  }, [status]);
  useEffect(() => {
    if (status === "anonymous") queryClient.clear();
  }, [status]);
  useEffect(() => (status === "signed-in" ? watchIdle() : undefined), [status]);
  if (status === "starting") return <Waiting />;
  if (status === "anonymous") {
    if (location.pathname !== "/login") {
      const next = location.pathname === "/" ? "" : `?next=${encodeURIComponent(location.pathname + location.search)}`;
      return <Navigate to={`/login${next}`} replace />;
    }
    return <LoginPage />;
  }
  if (location.pathname === "/login") return <Navigate to={nextOf(location.search)} replace />;
  return (
    <Suspense
      fallback={
        <main className="pad" aria-busy="true">
          <Loading />
        </main>
      }
    >
      {me!.restricted ? <FirstSteps /> : <Shell key={me!.user.id} />}
      <SessionEnded />
      <ProofDialog />
    </Suspense>
  );
}

function Waiting() {
  return (
    <main className="waiting" aria-busy="true">
      <Spin size="large" />
      <p>正在打开…</p>
    </main>
  );
}

/** From an address to a screen: the services name the pages and which of the few screens shows each of them. */
import { lazy, Suspense } from "react";
import { useLocation } from "react-router";
import { useCatalogue } from "../api/manifest";
import { Loading } from "../shared/Loading";
import { NotFound } from "./NotFound";
import { pageAt } from "./manual";
import { SCREENS } from "./screens";

const HomePage = lazy(() => import("../features/home/HomePage"));
const NoticesPage = lazy(() => import("../features/notices/NoticesPage"));
const AccountPage = lazy(() => import("../features/account/AccountPage"));
const LedgerScreen = lazy(() => import("../engine/LedgerScreen"));
const LibraryPage = lazy(() => import("../engine/library/LibraryPage"));
const CertificatesPage = lazy(() => import("../engine/stat/CertificatesPage"));

export function Screen() {
  return (
    <Suspense fallback={<Loading />}>
      <Chosen />
    </Suspense>
  );
}

function Chosen() {
  const { pathname } = useLocation();
  const { data } = useCatalogue();
  if (pathname === "/") return <HomePage />;
  if (pathname === "/notices") return <NoticesPage />;
  if (pathname === "/account") return <AccountPage />;
  const found = pageAt(data?.pages ?? [], pathname);
  if (found?.page.screen === "ledger") {
    const ledger = data!.ledgers.find((candidate) => candidate.slug === found.page.key);
    if (ledger) return <LedgerScreen ledger={ledger} path={found.page.path} rest={found.rest} />;
  }
  if (found?.rest === "") {
    if (found.page.screen === "library") return <LibraryPage slug={found.page.key} title={found.page.title} />;
    if (found.page.screen === "stat" && found.page.key === "certificates") {
      return <CertificatesPage title={found.page.title} />;
    }
    if (found.page.screen === "notices") return <NoticesPage />;
  }
  const One = found && screenOf(found.page.screen, found.rest);
  if (One) return <One page={found.page} rest={found.rest} />;
  return <NotFound />;
}

function screenOf(screen: string, rest: string) {
  return rest ? (SCREENS[`${screen}/${rest}`] ?? SCREENS[`${screen}/*`]) : SCREENS[screen];
}

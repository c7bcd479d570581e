import { Alert } from "antd";
import { useSyncExternalStore } from "react";

function subscribe(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** Says so while the computer has no network: what is typed stays, and goes out when the network is back. */
export function Offline() {
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  if (online) return null;
  return (
    <Alert
      banner
      type="error"
      role="alert"
      className="no-print"
      title="网络已断开。已填写的内容不会丢失，恢复网络后请重试。"
    />
  );
}

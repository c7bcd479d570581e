import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { restore } from "../api/session";
import { App } from "./App";
import "./styles.css";

// A new release removes old chunks: a page opened before it loads once more, and only once, to get the new names.
window.addEventListener("vite:preloadError", (event) => {
  const last = Number(sessionStorage.getItem("safework.reloaded") ?? 0);
  if (Date.now() - last < 60_000) return;
  event.preventDefault();
  sessionStorage.setItem("safework.reloaded", String(Date.now()));
  location.reload();
});

void restore();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

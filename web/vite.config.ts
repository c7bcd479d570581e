import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compress } from "./tools/compress.ts";
import { ownShare } from "./tools/own-share.ts";

const backend = process.env.SAFEWORK_DEV_BACKEND ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), ownShare("dist"), compress("dist")],
  build: {
    manifest: true, // tools/budget.mjs reads which chunks the first load needs
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // No group for antd: one group would put all of it on the login page (416 KiB instead of 263).
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler|react-router)[\\/]/ },
            { name: "echarts", test: /node_modules[\\/](echarts|zrender)[\\/]/ },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": backend, "/safework": backend } },
});

import { search, type Parameters } from "./puzzleSearch";

self.addEventListener("message", ({ data }: MessageEvent<Parameters>) => {
  self.postMessage(search(data));
});

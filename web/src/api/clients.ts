/**
 * The services whose answers have a fixed shape, typed by their own OpenAPI (generated/, made by `npm run api`). Ledgers
 * are not among them: their rows are described at run time, by the manifest.
 */
import createClient from "openapi-fetch";
import type { paths as DocumentsPaths } from "./generated/documents";
import type { paths as ReportsPaths } from "./generated/reports";
import type { paths as WorkflowPaths } from "./generated/workflow";
import { signedFetch } from "./http";

const options = {
  baseUrl: globalThis.location?.origin ?? "",
  fetch: signedFetch,
  headers: { Accept: "application/json" },
};

export const documentsClient = createClient<DocumentsPaths>(options);
export const reportsClient = createClient<ReportsPaths>(options);
export const workflowClient = createClient<WorkflowPaths>(options);

/** The data of an answer. `signedFetch` throws an ApiError for every other answer, so there always is one. */
export async function dataOf<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

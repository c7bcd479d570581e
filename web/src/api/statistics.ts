import { dataOf, reportsClient as client } from "./clients";
import type { components } from "./generated/reports";

export type CertificateStatistics = components["schemas"]["StatisticsOut"];

export const statistics = {
  certificates: (validOnly: boolean) =>
    dataOf(client.GET("/api/reports/certificates", { params: { query: { valid_only: validOnly } } })),
};

#!/usr/bin/env bash
# OpenAPI of the services -> src/api/*.d.ts (committed). Needs the services: BASE=http://127.0.0.1:8080 npm run api
set -euo pipefail
cd "$(dirname "$0")"
BASE="${BASE:-http://127.0.0.1:8080}"
[ -d node_modules ] || npm ci
for service in auth documents ledgers workflow reports; do
  node_modules/.bin/openapi-typescript "$BASE/api/$service/openapi.json" --output "../../src/api/generated/$service.d.ts"
done

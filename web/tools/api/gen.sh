#!/usr/bin/env bash
# OpenAPI of the services that the web app has types of -> src/api/generated/*.d.ts (committed), or -> $1.
set -euo pipefail
cd "$(dirname "$0")"
target="${1:-$(cd ../../src/api/generated && pwd)}"
[ -d node_modules ] || npm ci --silent
for service in documents workflow reports; do
  (cd ../../.. && .venv/bin/python -W ignore -m deploy.openapi "$service") > "$service.json"
  node_modules/.bin/openapi-typescript "$service.json" --output "$target/$service.d.ts" > /dev/null
  rm "$service.json"
done

#!/bin/sh
# Builds web/dist with the machine's Node where it is new enough, else with the wheel's.
set -eu
cd "$(dirname "$0")/../.."
root=$(pwd)

# v20.19.3 → 2019: Vite wants 20.19 or newer.
version=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\.\([0-9]*\)\..*/\1 \2/p' | awk '{print $1 * 100 + $2}')
if [ "${version:-0}" -lt 2019 ] || ! command -v npm >/dev/null; then
    PATH="$root/.venv/bin:$PATH"
    export PATH
fi
echo "构建网页（Node $(node --version)）…"

cd web
# `npm ci` starts from nothing each time; it is needed only when the lock has changed.
wanted=$(cksum < package-lock.json)
if [ ! -d node_modules ] || [ "$(cat node_modules/.safework-lock 2>/dev/null || true)" != "$wanted" ]; then
    npm ci --no-audit --no-fund --loglevel=error
    echo "$wanted" > node_modules/.safework-lock
fi
npm run --silent build

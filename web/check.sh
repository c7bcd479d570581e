#!/bin/sh
# What CI asks of the web app: types (those of the services' APIs are up to date), unit tests, bundle budget. Uses the machine's Node where it is new enough, as the
# build does, else the wheel's.
set -eu
cd "$(dirname "$0")"
version=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\.\([0-9]*\)\..*/\1 \2/p' | awk '{print $1 * 100 + $2}')
if [ "${version:-0}" -lt 2019 ] || ! command -v npm >/dev/null; then
    PATH="$(cd .. && pwd)/.venv/bin:$PATH"
    export PATH
fi
npm run --silent typecheck
fresh=$(mktemp -d)
bash tools/api/gen.sh "$fresh"
diff -q "$fresh" src/api/generated >/dev/null || { echo 'web/src/api/generated 已过时，请运行 npm run api'; exit 1; }
rm -rf "$fresh"
npm run --silent test
npm run --silent budget

#!/bin/sh
# What CI asks of the web app: types, unit tests, bundle budget. Uses the machine's Node where it is new enough, as the
# build does, else the wheel's.
set -eu
cd "$(dirname "$0")"
version=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\.\([0-9]*\)\..*/\1 \2/p' | awk '{print $1 * 100 + $2}')
if [ "${version:-0}" -lt 2019 ] || ! command -v npm >/dev/null; then
    PATH="$(cd .. && pwd)/.venv/bin:$PATH"
    export PATH
fi
npm run --silent typecheck
npm run --silent test
npm run --silent budget

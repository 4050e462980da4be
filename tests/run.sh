#!/usr/bin/env bash
# The whole suite. Quick checks first, so that a slip is seen in seconds; the big ones three at a time on two cores,
# since they wait a third of their time.
set -euo pipefail
cd "$(dirname "$0")/.."
run() { .venv/bin/pytest -q "$@"; }
run tests/unit tests/contract tests/architecture -n 2
# The longest files first and in this order, or one of them is left to run alone at the end.
run tests/e2e tests/browser tests/integration -n 3 --dist loadfile --no-loadscope-reorder

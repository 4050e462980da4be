#!/usr/bin/env bash
# The whole suite. Quick checks first, so that a slip is seen in seconds; the big ones four at a time on two cores,
# since they wait for half of their time.
set -euo pipefail
cd "$(dirname "$0")/.."
run() { .venv/bin/pytest -q "$@"; }
run tests/unit tests/contract tests/architecture -n 2
# The longest first and in this order, or one of them is left to run alone at the end.
long=(tests/e2e tests/browser tests/integration/test_tiers.py tests/integration/test_power_cut.py)
run "${long[@]}" tests/integration -n 4 --dist loadgroup --no-loadscope-reorder

#!/usr/bin/env bash
# The whole suite. Quick checks first, so that a slip is seen in seconds. Then, side by side on two cores, since both
# wait for half of their time: what shares one running instance, in one process, and after it what kills one of its own;
# and everything else, four at a time.
set -euo pipefail
cd "$(dirname "$0")/.."
run() { .venv/bin/pytest -q "$@"; }
run tests/unit tests/contract tests/architecture -n 2

apart=(tests/e2e/test_postgres.py tests/e2e/test_canary.py)
killing=tests/e2e/test_kill.py
said=$(mktemp)
{ code=0; run tests/e2e tests/browser "${apart[@]/#/--ignore=}" --ignore=$killing || code=$?; run $killing || code=$?; exit $code; } \
  >"$said" 2>&1 &
sharing=$!
trap 'kill "$sharing" 2>/dev/null || true; rm -f "$said"' EXIT
code=0
# The longest first and in this order, or one of them is left to run alone at the end.
long=("${apart[@]}" tests/integration/test_tiers.py tests/integration/test_power_cut.py)
run "${long[@]}" tests/integration -n 4 --dist loadfile --no-loadscope-reorder || code=$?
wait "$sharing" || code=$?
cat "$said"
exit "$code"

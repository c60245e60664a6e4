#!/usr/bin/env bash
# A throw-away AI server for the tests: OpenAI's and Anthropic's interfaces, faults on demand, and a verdict on how its
# client took them.
#
#   scripts/llm.sh run -- CMD...   starts one, runs CMD with TEST_LLM (its address) set, takes it away again
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

[ "${1:-}" = run ] || die "usage: scripts/llm.sh run -- CMD..."
shift
[ "${1:-}" = -- ] && shift
[ "$#" -gt 0 ] || die "usage: scripts/llm.sh run -- CMD..."

folder=$(mktemp -d "${TMPDIR:-/tmp}/igny8-llm.XXXXXX")
server=
clean_up() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
port=$(free_port)
TEST_LLM=http://127.0.0.1:$port
export TEST_LLM
"$(python_tools)/llmock" serve --host 127.0.0.1 --port "$port" --log-level warning >"$folder/log" 2>&1 &
server=$!
wait_until 20 curl -sf "$TEST_LLM/health" || {
  cat "$folder/log" >&2
  die "the AI server did not start"
}
"$@"

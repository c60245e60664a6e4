#!/usr/bin/env bash
# Holds the REST interface to its own document: schemathesis makes requests from it, right and wrong ones, and looks that
# nothing fails on our side, no status is undocumented and every answer has the shape that the document gives it.
#
#   scripts/contract.sh [EXAMPLES]     examples for each operation beside the systematic ones, 10 unless told
#
# Takes the debug build of the server that `cargo test` leaves, or the program that IGNY8_BIN names.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

examples=${1:-10}
program=${IGNY8_BIN:-${CARGO_TARGET_DIR:-$here/../target}/debug/igny8}
[ -x "$program" ] || die "$program is not there; build it with: cargo build -p server"
tool=$(python_tools)/schemathesis

folder=$(mktemp -d "${TMPDIR:-/tmp}/igny8-contract.XXXXXX")
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
base=http://127.0.0.1:$port
password=$(random_hex)-$(random_hex)
export IGNY8_SERVER__ADDRESS=127.0.0.1:$port
export IGNY8_DATABASE__URL=${TEST_DATABASE_URL:-sqlite://$folder/igny8.db}
export IGNY8_STORAGE__PATH=$folder/storage
export IGNY8_SECURITY__KEY_FILE=$folder/secret.key
export IGNY8_SECURITY__ALLOW_PRIVATE_ADDRESSES=true
export IGNY8_LIMITS__REQUESTS_PER_MINUTE=0
export IGNY8_LIMITS__ANONYMOUS_REQUESTS_PER_MINUTE=0
export IGNY8_LOG__LEVEL=error
export LEPTOS_OUTPUT_NAME=igny8
cd "$folder"
IGNY8_PASSWORD=$password "$program" account contract@example.com >/dev/null
"$program" serve >"$folder/log" 2>&1 &
server=$!
wait_until 20 curl -sf "$base/health" || {
  cat "$folder/log" >&2
  die "the server did not start"
}

# field NAME: the value of "NAME" in the JSON on standard input.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
post() { curl -sf -X POST "$base$1" -H 'Content-Type: application/json' "${@:3}" -d "$2"; }
sign_in() { post /api/v1/auth/login/ "{\"email\":\"contract@example.com\",\"password\":\"$password\"}" | field access; }
token=$(sign_in)
site=$(post /api/v1/auth/sites/ '{"name":"Contract","sectors":["All"]}' -H "Authorization: Bearer $token")
[ -n "$site" ] || die "no site could be made"
key=$(post /api/v1/auth/api_keys/ '{"name":"contract","scopes":["read","write","generate","publish","admin"]}' \
  -H "Authorization: Bearer $token" | field key)
[ -n "$key" ] || die "no key could be made"

run() {
  local credential=$1
  shift
  "$tool" run "$base/api/v1/openapi.json" -H "Authorization: Bearer $credential" \
    --phases examples,coverage,fuzzing -n "$examples" --seed 1 --no-color --warnings off --continue-on-failure \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
    "$@" >"$folder/report" 2>&1 || {
    cat "$folder/report" >&2
    tail -n 40 "$folder/log" >&2
    die "the interface does not keep to its document"
  }
  sed -n '/SUMMARY/,$p' "$folder/report"
}

# With a key, which no call can end but the one that revokes keys.
run "$key" --exclude-operation-id auth_api_keys_revoke
# What a key may not do, with a token; what ends the token comes last.
in_person=()
for operation in auth_me_update auth_change_password auth_change_email auth_resend_confirmation auth_sessions_list \
  auth_sessions_end auth_api_keys_create auth_api_keys_revoke auth_account_request_deletion auth_account_cancel_deletion; do
  in_person+=(--include-operation-id "$operation")
done
run "$(sign_in)" "${in_person[@]}"
run "$(sign_in)" --include-operation-id auth_sessions_end_all

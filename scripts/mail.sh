#!/usr/bin/env bash
# A throw-away mail server for the tests.
#
#   scripts/mail.sh run -- CMD...   starts one, runs CMD with TEST_SMTP_PLAIN, TEST_SMTP_TLS (ports) and TEST_SMTP_FOLDER
#                                   (what was taken, as *.eml) set, takes it away again
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

[ "${1:-}" = run ] || die "usage: scripts/mail.sh run -- CMD..."
shift
[ "${1:-}" = -- ] && shift
[ "$#" -gt 0 ] || die "usage: scripts/mail.sh run -- CMD..."

folder=$(mktemp -d "${TMPDIR:-/tmp}/igny8-mail.XXXXXX")
sink=
clean_up() {
  [ -z "$sink" ] || kill "$sink" 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$folder/mails"
"$(python_tools)/python" "$here/python/smtp_sink.py" "$folder/mails" >"$folder/ports" 2>"$folder/log" &
sink=$!
wait_until 20 grep -q '^TLS=' "$folder/ports" || {
  cat "$folder/log" >&2
  die "the mail server did not start"
}
TEST_SMTP_PLAIN=$(sed -n 's/^PLAIN=//p' "$folder/ports")
TEST_SMTP_TLS=$(sed -n 's/^TLS=//p' "$folder/ports")
TEST_SMTP_FOLDER=$folder/mails
export TEST_SMTP_PLAIN TEST_SMTP_TLS TEST_SMTP_FOLDER
"$@"

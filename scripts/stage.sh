#!/usr/bin/env bash
# scripts/stage.sh NAME CMD...: runs CMD and says how long it took. With IGNY8_STAGES set to a file the line also goes
# there, for the summary of .ci/run.
set -euo pipefail
name=$1
shift
begin=$EPOCHREALTIME
code=0
"$@" || code=$?
seconds=$(((${EPOCHREALTIME/[.,]/} - ${begin/[.,]/}) / 1000000))
line=$(printf '%-16s %6d s  %s' "$name" "$seconds" "$([ "$code" -eq 0 ] && echo ok || echo "FAILED ($code)")")
printf '== %s\n' "$line" >&2
[ -z "${IGNY8_STAGES:-}" ] || printf '%s\n' "$line" >>"$IGNY8_STAGES"
exit "$code"

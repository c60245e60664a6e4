#!/usr/bin/env bash
# No query on tenant data without a scope: outside `entity` and `domain/src/scope.rs` nothing may begin a query with
# sea-orm's bare starters; `Entity::find_in(&scope)` and its sisters are the way. What is allowed all the same stands in
# scripts/scope-allow.txt, with its reason.
#
#   scripts/check-scope.sh [FOLDER]     the project by default; a folder laid out like it, to try the check itself
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
cd "${1:-$here/..}"

starters='::find\(\)|::find_by_id\(|::find_by_[A-Za-z0-9_]+\(|::update_many\(|::delete_many\(|::delete_by_id\('
# Where unscoped queries are at home: the finders themselves, and tests, which look behind the scope on purpose.
at_home='^(entity/|domain/src/scope\.rs:|domain/tests/|server/tests/)'
allow=$here/scope-allow.txt

prefixes=() needles=()
number=0
while IFS= read -r line || [ -n "$line" ]; do
  number=$((number + 1))
  case "$line" in '' | '#'*) continue ;; esac
  read -r what why <<<"$line"
  [ -n "$why" ] || die "$allow:$number: an entry needs a reason"
  prefixes+=("${what%%:*}")
  if [[ $what == *:* ]]; then needles+=("${what#*:}"); else needles+=(""); fi
done <"$allow"

crates=()
for crate in app domain engine frontend migration server; do
  [ ! -d "$crate" ] || crates+=("$crate")
done
[ "${#crates[@]}" -gt 0 ] || die "no crates in $PWD"

allowed() {
  local i
  for i in "${!prefixes[@]}"; do
    if [[ $1 == "${prefixes[i]}"* && $2 == *"${needles[i]}"* ]]; then return 0; fi
  done
  return 1
}

# grep answers 1 for "nothing found" and 2 for "could not look"; only the first is good news.
hits=$(grep -rnE --include='*.rs' --exclude-dir=target --exclude-dir=node_modules "$starters" "${crates[@]}") || [ "$?" -eq 1 ]
found=0
while IFS= read -r hit; do
  [ -n "$hit" ] || continue
  [[ $hit =~ $at_home ]] && continue
  file=${hit%%:*}
  rest=${hit#*:}
  text=${rest#*:}
  # Prose about the rule does not break it.
  [[ $text =~ ^[[:space:]]*// ]] && continue
  if allowed "$file" "$text"; then continue; fi
  printf '%s:%s:%s\n' "$file" "${rest%%:*}" "$text"
  found=$((found + 1))
done <<<"$hits"

if [ "$found" -gt 0 ]; then
  die "$found unscoped queries; use the entity's scoped finder, or add path and reason to scripts/scope-allow.txt"
fi

#!/usr/bin/env bash
# The figures of this machine: a table on the screen and bench/results.json. Nothing here passes or fails.
#
#   scripts/bench.sh              everything but quality
#   scripts/bench.sh import page  only the named parts: clustering quality import lists work start-up size page rest
#
# It drives what the product brings for the purpose:
#   igny8 bench seed --keywords N   fills the configured database; prints {email, password, cookie, site_id, sector_id}
#   igny8 bench work --items N      does AI work against a model that answers at once; prints {items_per_second, overhead_ms}
#   igny8 bench import --rows N     imports a made-up file into the configured database; prints {rows_per_second}
#   the engine's examples cluster_bench N and import_bench; when their last line is JSON, it is kept
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
for tool in node cargo; do
  have "$tool" || die "$tool is not installed; make bench installs what it needs"
done

if [ ! -x "$CARGO_TARGET_DIR/release/igny8" ] || [ ! -d target/site/pkg ]; then
  make build
fi
# Nothing to do when they are built; the default members, so that the features of the release build are kept.
cargo build --release -p engine --examples

exec node scripts/bench.mjs "$@"

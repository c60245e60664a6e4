#!/usr/bin/env bash
# The clusterer against TF-IDF and sentence embeddings, on labelled sets; a table, and JSON on the last line. Minutes: the
# embeddings take most of them.
#
#   scripts/quality.sh [FOLDER]   the sets are written to FOLDER, a temporary one if not given
#
# It installs scripts/quality/requirements.txt from Python's package index under the shared tools. Where apt is at hand, the
# descriptions of Debian's packages are fetched (30 MB, kept in the folder) for two more sets.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
tools=${IGNY8_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/igny8/tools}/quality
wanted=scripts/quality/requirements.txt
if ! cmp -s "$wanted" "$tools/installed.txt"; then
  say "installing the Python packages of $wanted under $tools"
  rm -rf "$tools"
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" >&2
  cp "$wanted" "$tools/installed.txt"
fi

if [ $# -gt 0 ]; then
  folder=$1
  mkdir -p "$folder"
else
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi
cargo build --release -p engine --example cluster_bench >&2
bench=$CARGO_TARGET_DIR/release/examples/cluster_bench

lists=()
if have apt-get && [ -x /usr/lib/apt/apt-helper ]; then
  mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial"
  # Lists of its own: the machine's are left as they are.
  if apt-get -qq -o "Dir::State::Lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt/cache" \
    -o 'Acquire::Languages=de,en,es,fr,it,nl,pl,pt_BR' -o Acquire::PDiffs=false update >&2; then
    lists=("$folder/apt/lists")
  fi
fi
"$tools/bin/python" scripts/quality/sets.py "$folder" "$bench" ${lists[@]+"${lists[@]}"}
"$tools/bin/python" scripts/quality/compare.py "$bench" "$folder"/*.tsv

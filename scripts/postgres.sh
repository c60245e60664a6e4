#!/usr/bin/env bash
# A throw-away PostgreSQL for the tests, from the machine's own packages, on a free port of 127.0.0.1.
#
#   scripts/postgres.sh run -- CMD...   starts one, runs CMD with TEST_DATABASE_URL set, takes it away again
#   scripts/postgres.sh start [DIR]     starts one and prints TEST_DATABASE_URL=...
#   scripts/postgres.sh stop [DIR]      stops it and removes DIR
#
# The role in the URL is a superuser: every test makes a database and its extensions for itself.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

bin=
for candidate in /usr/lib/postgresql/*/bin; do
  # The last one is the newest: 9 sorts after 15, but no system has both.
  [ -x "$candidate/initdb" ] && bin=$candidate
done
if [ -z "$bin" ] && have initdb; then
  bin=$(dirname "$(command -v initdb)")
fi
[ -n "$bin" ] || die "PostgreSQL is not installed (no initdb); scripts/setup.sh test installs it"

# PostgreSQL refuses to run as root.
as_owner=()
if [ "$(id -u)" -eq 0 ]; then
  id postgres >/dev/null 2>&1 || die "running as root needs a user 'postgres' to run the server as"
  as_owner=(runuser -u postgres --)
fi
# From a folder that the owner may enter, or every program of PostgreSQL complains.
pg() { (cd / && "${as_owner[@]}" "$@"); }

default_dir=${TMPDIR:-/tmp}/igny8-postgres-$(id -u)

start() {
  local dir=$1 password port attempt fsync=${POSTGRES_FSYNC:-off}
  mkdir "$dir" 2>/dev/null || die "$dir exists: a server may be running there (scripts/postgres.sh stop $dir)"
  chmod 700 "$dir"
  password=$(random_hex)
  printf '%s\n' "$password" >"$dir/password"
  [ "${#as_owner[@]}" -eq 0 ] || chown -R postgres: "$dir"
  # A password even here: whoever is superuser can run programs as the owner, and 127.0.0.1 is open to every local user.
  if ! pg "$bin/initdb" -D "$dir/data" -U igny8 --pwfile="$dir/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir.initdb.log" 2>&1; then
    cat "$dir.initdb.log" >&2
    die "initdb failed"
  fi
  rm -f "$dir.initdb.log"
  # Nothing here has to survive a power cut, unless somebody measures (POSTGRES_FSYNC=on). 300 connections: tests run side by side, each with a pool of its own.
  cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
fsync = $fsync
synchronous_commit = $fsync
full_page_writes = $fsync
shared_buffers = 128MB
timezone = 'UTC'
CONF
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    if pg "$bin/pg_ctl" -D "$dir/data" -o "-p $port" -l "$dir/log" -w -t 30 start >/dev/null 2>&1; then
      PGPASSWORD=$password "$bin/createdb" -h 127.0.0.1 -p "$port" -U igny8 igny8
      printf 'postgres://igny8:%s@127.0.0.1:%s/igny8\n' "$password" "$port"
      return
    fi
    say "attempt $attempt on port $port failed"
  done
  cat "$dir/log" >&2 || true
  die "PostgreSQL did not start"
}

stop() {
  # Only what `start` made: this ends in rm -rf.
  [ -f "$1/password" ] || die "no server of ours in $1"
  # Fails when the server is gone already, and then there is only the folder to remove.
  pg "$bin/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$1"
}

case "${1:-}" in
  start)
    url=$(start "${2:-$default_dir}")
    printf 'TEST_DATABASE_URL=%s\n' "$url"
    ;;
  stop) stop "${2:-$default_dir}" ;;
  run)
    shift
    [ "${1:-}" = -- ] && shift
    [ "$#" -gt 0 ] || die "usage: scripts/postgres.sh run -- CMD..."
    parent=$(mktemp -d "${TMPDIR:-/tmp}/igny8-postgres.XXXXXX")
    [ "${#as_owner[@]}" -eq 0 ] || chown postgres: "$parent"
    clean_up() {
      [ ! -f "$parent/server/password" ] || stop "$parent/server"
      rm -rf "$parent"
    }
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    TEST_DATABASE_URL=$(start "$parent/server")
    export TEST_DATABASE_URL
    "$@"
    ;;
  *) die "usage: scripts/postgres.sh run -- CMD... | start [DIR] | stop [DIR]" ;;
esac

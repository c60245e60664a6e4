#!/usr/bin/env bash
# A real WordPress for the tests, from Debian's packages, on a free port of 127.0.0.1; ready in a few seconds.
#
#   scripts/wordpress.sh run -- CMD...  makes a site in a temporary folder, runs CMD with the variables below, takes it away
#   scripts/wordpress.sh start DIR      makes a site in DIR (which must not exist) and prints the variables; also in DIR/env
#   scripts/wordpress.sh stop DIR       stops it and removes DIR
#
# WP_URL, WP_USER and WP_PASSWORD (an application password of the administrator), the same for WP_EDITOR_*, WP_AUTHOR_* and
# WP_CONTRIBUTOR_*, WP_LOGIN_PASSWORD (the administrator's sign-in password, which the REST API must refuse), WP_TIMEZONE, WP_DIR.
#
# Read from the environment:
#   WP_REGISTER_META=1   registers the fields of the usual SEO plugins for REST, as those plugins do; without it WordPress
#                        drops them silently
#   WP_EARLY_AUTH=1      asks for the user early, as many plugins do: a wrong password is then answered with another code
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
parts=$(cd "$(dirname "${BASH_SOURCE[0]}")/wordpress" && pwd)

source_dir=/usr/share/wordpress

check_tools() {
  local tool
  for tool in mariadbd mariadb-install-db mariadb php curl setsid; do
    have "$tool" || die "$tool is not installed; scripts/setup.sh test installs it"
  done
  [ -f "$source_dir/wp-load.php" ] || die "the package wordpress is not installed; scripts/setup.sh test installs it"
}

start() {
  local dir=$1 me port attempt
  check_tools
  mkdir "$dir" 2>/dev/null || die "cannot make $dir: it exists, or its parent does not"
  dir=$(cd "$dir" && pwd)
  # The kernel's limit for the path of a socket is 107 bytes.
  [ "${#dir}" -le 80 ] || die "the path $dir is too long for a database socket"
  chmod 700 "$dir"
  : >"$dir/igny8-wordpress"
  me=$(id -un)

  # The copy is the site's own: Debian's configuration file, which all sites share, is replaced in it.
  mkdir "$dir/site"
  cp -RL "$source_dir/." "$dir/site/"
  chmod -R u+w "$dir/site"
  mkdir -p "$dir/site/wp-content/mu-plugins" "$dir/site/wp-content/uploads"
  cp "$parts/wp-config.php" "$dir/site/wp-config.php"
  cp "$parts/igny8-test.php" "$dir/site/wp-content/mu-plugins/"

  # --user: it wants to be told that it is meant, when that is root. setsid: Ctrl-C is for the test, which then cleans up.
  mariadb-install-db --no-defaults --datadir="$dir/db" --user="$me" --auth-root-authentication-method=normal \
    --skip-test-db >"$dir/mariadb-install.log" 2>&1 || {
    cat "$dir/mariadb-install.log" >&2
    die "the database could not be made"
  }
  setsid mariadbd --no-defaults --datadir="$dir/db" --user="$me" --socket="$dir/db.sock" --pid-file="$dir/db.pid" \
    --skip-networking --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=32M \
    >"$dir/mariadb.log" 2>&1 </dev/null &
  echo "$!" >"$dir/mariadbd.pid"

  # The web server takes its port before the site learns its address, so that nobody can come between.
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    WP_TEST_DIR="$dir" WP_TEST_URL="http://127.0.0.1:$port" PHP_CLI_SERVER_WORKERS=4 \
      setsid php -d opcache.enable_cli=1 -d variables_order=EGPCS -d upload_max_filesize=64M -d post_max_size=64M \
      -d memory_limit=256M -S "127.0.0.1:$port" -t "$dir/site" "$parts/router.php" >"$dir/php.log" 2>&1 </dev/null &
    echo "$!" >"$dir/php.pid"
    if wait_until 5 grep -q 'started' "$dir/php.log" && alive_in "$(cat "$dir/php.pid")" "$dir"; then
      break
    fi
    end_process "$dir" php.pid
    [ "$attempt" -lt 5 ] || die "no web server on 127.0.0.1: $(cat "$dir/php.log")"
  done

  wait_until 30 mariadb --no-defaults --socket="$dir/db.sock" -u root -e 'SELECT 1' || {
    cat "$dir/mariadb.log" >&2
    die "MariaDB did not start"
  }
  mariadb --no-defaults --socket="$dir/db.sock" -u root -e 'CREATE DATABASE wordpress CHARACTER SET utf8mb4'
  WP_TEST_DIR="$dir" WP_TEST_URL="http://127.0.0.1:$port" php -d variables_order=EGPCS "$parts/install.php" \
    >"$dir/env.new" 2>"$dir/install.log" || {
    cat "$dir/install.log" "$dir/env.new" >&2
    die "WordPress could not be installed"
  }
  wait_until 20 curl -fsS -o "$dir/index.json" "http://127.0.0.1:$port/wp-json/" || {
    tail -n 20 "$dir/php.log" >&2
    die "WordPress does not answer"
  }
  printf 'WP_DIR=%s\n' "$dir" >>"$dir/env.new"
  mv "$dir/env.new" "$dir/env"
}

# end_process DIR PIDFILE: ends the process group that a pid file names, if that is still ours.
end_process() {
  local pid
  [ -f "$1/$2" ] || return 0
  pid=$(cat "$1/$2")
  if alive_in "$pid" "$1"; then
    # The whole group: PHP's workers outlive their parent.
    kill -TERM -- "-$pid" 2>/dev/null || true
    wait_until 10 dead "$pid" "$1" || kill -KILL -- "-$pid" 2>/dev/null || true
  fi
  rm -f "$1/$2"
}
dead() { ! alive_in "$1" "$2"; }

halt() {
  end_process "$1" php.pid
  end_process "$1" mariadbd.pid
}

stop() {
  local dir
  # Only what `start` made: this ends in rm -rf.
  [ -f "$1/igny8-wordpress" ] || die "no WordPress of ours in $1"
  dir=$(cd "$1" && pwd)
  halt "$dir"
  rm -rf "$dir"
}

case "${1:-}" in
  start)
    [ "$#" -eq 2 ] || die "usage: scripts/wordpress.sh start DIR"
    # Half a site must not keep running; its folder stays, for a look at the logs.
    half_way=$(realpath -m "$2")
    trap 'halt "$half_way"' EXIT
    start "$2"
    trap - EXIT
    cat "$2/env"
    ;;
  stop)
    [ "$#" -eq 2 ] || die "usage: scripts/wordpress.sh stop DIR"
    stop "$2"
    ;;
  run)
    shift
    [ "${1:-}" = -- ] && shift
    [ "$#" -gt 0 ] || die "usage: scripts/wordpress.sh run -- CMD..."
    parent=$(mktemp -d "${TMPDIR:-/tmp}/igny8-wordpress.XXXXXX")
    clean_up() {
      [ ! -f "$parent/wp/igny8-wordpress" ] || stop "$parent/wp"
      rm -rf "$parent"
    }
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    start "$parent/wp"
    set -a
    # shellcheck source=/dev/null
    . "$parent/wp/env"
    set +a
    "$@"
    ;;
  *) die "usage: scripts/wordpress.sh run -- CMD... | start DIR | stop DIR" ;;
esac

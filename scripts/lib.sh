# shellcheck shell=bash
# What the other scripts share. Sourced, never run.

# Without it `x=$(f)` runs f with `set -e` switched off, and f carries on after its first failure.
shopt -s inherit_errexit

# System programs (mariadbd, runuser), which a developer's PATH may lack.
PATH=$PATH:/usr/sbin:/sbin

# Messages go to stderr: the output of `postgres.sh start` and `wordpress.sh start` is for a program to read.
say() { printf '%s\n' "igny8: $*" >&2; }
die() {
  say "$*"
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# A port of 127.0.0.1 on which nobody listens. Below the range that the kernel hands to outgoing connections (32768 and
# up), or a client of the machine could take it between this look and the server's bind.
free_port() {
  local port try
  for try in {1..100}; do
    : "$try"
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return
    fi
  done
  die "no free port found on 127.0.0.1"
}

# Folder of the programs that scripts/setup.sh installed from Python's package index.
python_tools() {
  local bin=${IGNY8_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/igny8/tools}/python/bin
  [ -x "$bin/python" ] || die "the Python tools are missing; scripts/setup.sh test installs them"
  printf '%s\n' "$bin"
}

# 32 hexadecimal digits.
random_hex() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# alive_in PID TEXT: the process lives and its command line contains TEXT, so a number that the kernel has since given to
# somebody else is never taken for ours.
alive_in() {
  [ -r "/proc/$1/cmdline" ] && tr '\0' ' ' <"/proc/$1/cmdline" | grep -qF -- "$2"
}

# wait_until SECONDS COMMAND...: tries ten times a second.
wait_until() {
  local left=$(($1 * 10))
  shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 0.1
  done
}

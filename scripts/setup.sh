#!/usr/bin/env bash
# Installs what is missing to build and run (`run`), to lint (`check`), to test (`test`) or to measure (`bench`).
# Says what it installs, changes nothing that is already there, and is done in a second when nothing is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

purpose=${1:-run}
case "$purpose" in
  run | check | test | bench) ;;
  *) die "usage: scripts/setup.sh [run|check|test|bench]" ;;
esac

cargo_leptos=0.3.10
node_least=20
# Tools of exactly the version we need live here, beside whatever the developer has installed for other projects, and
# outside the checkout, so that `make clean` does not cost a quarter of an hour. The Makefile puts it on PATH.
tools=${IGNY8_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/igny8/tools}
export PATH="$tools/bin:$tools/node/node_modules/.bin:$HOME/.cargo/bin:$PATH"

# --- Programs of the operating system -----------------------------------------------------------------------------

wants() { [[ " $* " == *" $purpose "* ]]; }
has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || have initdb; }
has_wordpress() { [ -f /usr/share/wordpress/wp-load.php ]; }
has_theme() { compgen -G '/usr/share/wordpress/wp-content/themes/twenty*' >/dev/null; }
has_mariadb() { have mariadbd && have mariadb-install-db && have mariadb; }
has_chromium() { [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; }
has_fonts() { have fc-list && [ -n "$(fc-list)" ]; }
has_php() {
  have php || return 1
  local loaded ext
  loaded=$(php -m)
  for ext in mysqli gd curl dom mbstring; do
    grep -qix "$ext" <<<"$loaded" || return 1
  done
}

# WordPress needs one of its themes; which one Debian and Ubuntu carry depends on their version.
theme_package() {
  local known
  known=$(apt-cache pkgnames wordpress-theme-twenty 2>/dev/null | sort)
  if [ -z "$known" ] || grep -qx wordpress-theme-twentytwentythree <<<"$known"; then
    echo wordpress-theme-twentytwentythree
  else
    tail -n 1 <<<"$known"
  fi
}

missing_packages() {
  have cc || echo gcc libc6-dev
  have curl || echo curl ca-certificates
  if ! wants check; then
    have node || echo nodejs
    have npm || echo npm
  fi
  if wants test bench; then
    # setsid and runuser keep the throw-away servers in hands of our own.
    have setsid && have runuser || echo util-linux
    has_postgres || echo postgresql
  fi
  if wants test; then
    # Packages for tests come from Python's index into a folder of their own.
    python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    has_chromium || echo chromium
    # Without a font Chromium draws empty boxes, and pictures and layout checks mean nothing.
    has_fonts || echo fontconfig fonts-dejavu-core
    has_wordpress || echo wordpress
    has_theme || theme_package
    has_php || echo php-cli php-mysql php-gd php-curl php-xml php-mbstring
    # The server without its service: nothing is started on port 3306.
    has_mariadb || echo mariadb-server-core mariadb-client-core
  fi
}

mapfile -t packages < <(missing_packages | tr ' ' '\n')
if [ "${#packages[@]}" -gt 0 ]; then
  have apt-get || die "please install what these Debian packages contain, then run this again: ${packages[*]}"
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || die "not root and no sudo; please have these packages installed: ${packages[*]}"
    as_root=(sudo)
  fi
  say "installing with apt: ${packages[*]}"
  for package in "${packages[@]}"; do
    case "$package" in
      postgresql | wordpress) say "note: Debian also starts services of its own with '$package'; the tests do not use them" ;;
    esac
  done
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
  mapfile -t packages < <(missing_packages | tr ' ' '\n')
  # For instance Ubuntu, whose chromium package is an empty shell around a snap.
  [ "${#packages[@]}" -eq 0 ] ||
    die "apt ran, but what these packages should bring is still not there: ${packages[*]} (a Chromium elsewhere: set CHROMIUM=/path)"
fi

# --- Node -----------------------------------------------------------------------------------------------------------

if ! wants check; then
  node_major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
  if [ "$node_major" -lt "$node_least" ]; then
    # Debian 12 and Ubuntu 24.04 have 18; Tailwind and Playwright want 20. npm carries Node itself.
    say "node $node_major is too old: installing Node 22 from npm under $tools/node"
    mkdir -p "$tools/node"
    npm install --prefix "$tools/node" --no-audit --no-fund --no-save node@22 >&2
    hash -r
    node_major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
    [ "$node_major" -ge "$node_least" ] || die "Node $node_least or newer is needed, still $(node --version) on PATH"
  fi
fi

# npm_tools FOLDER: what its lock file says, only when that is newer than what npm put there.
npm_tools() {
  [ -f "$1/package-lock.json" ] || die "$1/package-lock.json is missing"
  if [ ! -e "$1/node_modules/.package-lock.json" ] || [ "$1/package-lock.json" -nt "$1/node_modules/.package-lock.json" ]; then
    say "installing the npm packages of $1/"
    # Not `npm ci`: it refuses a lock that was made where a package for somebody else's platform could not be had. The
    # versions are the lock's all the same.
    npm install --prefix "$1" --no-save --no-audit --no-fund >&2
    # npm leaves the time alone when nothing changed; without this the next run would install again.
    touch "$1/node_modules/.package-lock.json"
  fi
}
if ! wants check; then
  npm_tools style
fi
if wants test; then
  npm_tools end2end
fi

# --- Python ---------------------------------------------------------------------------------------------------------

if wants test; then
  wanted=scripts/python/requirements.txt
  if ! cmp -s "$wanted" "$tools/python/installed.txt"; then
    say "installing the Python packages of $wanted under $tools/python"
    rm -rf "$tools/python"
    python3 -m venv "$tools/python"
    "$tools/python/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" >&2
    cp "$wanted" "$tools/python/installed.txt"
  fi
fi

# --- Rust -----------------------------------------------------------------------------------------------------------

if ! have cargo; then
  say "installing Rust with rustup (https://rustup.rs)"
  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal --component clippy,rustfmt >&2
fi
rust_least=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
rust_now=$(rustc --version | cut -d ' ' -f 2)
if [ "$(printf '%s\n%s\n' "$rust_least" "$rust_now" | sort -V | head -n 1)" != "$rust_least" ]; then
  die "Rust $rust_least or newer is needed, this is $rust_now; with rustup: rustup update stable"
fi

wasm_std() { [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]; }
if ! wasm_std; then
  have rustup || die "the Rust target wasm32-unknown-unknown is missing and there is no rustup to add it"
  say "adding the Rust target wasm32-unknown-unknown"
  rustup target add wasm32-unknown-unknown >&2
fi
if wants check test; then
  for component in clippy rustfmt; do
    case "$component" in
      clippy) cargo clippy --version >/dev/null 2>&1 && continue ;;
      rustfmt) cargo fmt --version >/dev/null 2>&1 && continue ;;
    esac
    have rustup || die "$component is missing and there is no rustup to add it"
    say "adding the Rust component $component"
    rustup component add "$component" >&2
  done
fi

# Full optimisation would triple the time to compile two tools that run for a second each. Their own target folder keeps
# the checkout's (and a CARGO_TARGET_DIR that is cached) free of them.
install_tool() {
  say "installing $1 $2: some minutes, once"
  CARGO_TARGET_DIR="$tools/target" \
    CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    cargo install "$1" --version "$2" --root "$tools" "${@:3}" >&2
  rm -rf "$tools/target"
}
if ! wants check; then
  if [ "$(cargo-leptos --version 2>/dev/null || true)" != "cargo-leptos $cargo_leptos" ]; then
    # no_downloads: everything it drives comes from npm and cargo at versions of our lock files.
    install_tool cargo-leptos "$cargo_leptos" --locked --no-default-features --features no_downloads
  fi
  # The tool must match the library to the letter, or it refuses the WASM.
  wasm_bindgen=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p;}' Cargo.lock)
  [ -n "$wasm_bindgen" ] || die "Cargo.lock names no wasm-bindgen"
  if [ "$(wasm-bindgen --version 2>/dev/null || true)" != "wasm-bindgen $wasm_bindgen" ]; then
    install_tool wasm-bindgen-cli "$wasm_bindgen"
  fi
fi

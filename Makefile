# `make` lists what there is. `make run` and `make test` work on a bare Debian or Ubuntu machine; elsewhere they say what
# to install.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Cargo and the browser tests use every core already; two of them at once only wait for each other.
.NOTPARALLEL:

export CARGO_TARGET_DIR ?= $(CURDIR)/target
export IGNY8_TOOLS ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/igny8/tools
# cargo-leptos takes tailwindcss and wasm-opt from PATH, and both come from npm at the versions of style/package-lock.json.
export PATH := $(CURDIR)/style/node_modules/.bin:$(IGNY8_TOOLS)/bin:$(IGNY8_TOOLS)/node/node_modules/.bin:$(HOME)/.cargo/bin:$(PATH)

BIN := $(CARGO_TARGET_DIR)/release/igny8
STAGE := scripts/stage.sh
# One after the other, and with what they print: figures of two at once would say nothing.
CRASH = env IGNY8_CRASH_CASES=20 IGNY8_CRASH_ITEMS=1000 IGNY8_CRASH_KILLS=25 \
	cargo test --test it -- --nocapture --test-threads=1 crash:: interleavings:: regular_work

.PHONY: help run dev build vendor release test check unit test-sqlite test-postgres test-wordpress \
	test-mail test-providers test-contract e2e crash bench clean setup-run setup-check setup-test setup-bench

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Install what is missing, build, and start on http://127.0.0.1:3000 with a demo account
	exec "$(BIN)" serve --demo

dev: setup-run vendor ## Build and start in debug; rebuild and reload the page on every change
	cargo leptos watch --split

build: setup-run release ## The release: server, WASM, styles, compressed

test: setup-test test-sqlite test-postgres test-wordpress test-mail test-providers test-contract release ## Every test: SQLite, PostgreSQL, mail, AI providers, the REST document, end to end with a real WordPress
	$(STAGE) end-to-end node end2end/run.mjs

check: setup-check ## Formatting, lints for server and browser, no query without a scope
	$(STAGE) fmt cargo fmt --all --check
	$(STAGE) scope scripts/check-scope.sh
	$(STAGE) clippy cargo clippy --all-targets -- -D warnings
	$(STAGE) clippy-wasm cargo clippy -p app -p frontend --target wasm32-unknown-unknown --no-default-features --features app/hydrate -- -D warnings

unit: setup-check ## The rules beside the code only: seconds, no database server, no browser
	cargo test --lib --bins

# Never `--workspace`: the frontend turns on `hydrate`, and unified with the server's `ssr` both would be wrong. Plain
# `cargo test` takes the default members, which leave it out.
test-sqlite: setup-check ## Every Rust test, on SQLite
	$(STAGE) test-sqlite env -u TEST_DATABASE_URL cargo test

# The same selection of crates as above, so that the same features are on and nothing is compiled again.
test-postgres: setup-test ## The integration tests again, on a throw-away PostgreSQL
	$(STAGE) test-postgres scripts/postgres.sh run -- cargo test --test it

test-wordpress: setup-test ## The WordPress client against a real WordPress, under four roles
	$(STAGE) test-wordpress scripts/wordpress.sh run -- cargo test --test it wordpress_real -- --ignored

test-mail: setup-test ## Mails against a real mail server
	$(STAGE) test-mail scripts/mail.sh run -- cargo test -p domain --test it mail_real -- --ignored

test-providers: setup-test ## The clients of AI providers against a real server that fails on demand
	$(STAGE) test-providers scripts/llm.sh run -- cargo test -p domain --test it providers_real -- --ignored

test-contract: setup-test ## The REST interface against its own OpenAPI document
	$(STAGE) build-server cargo build -p server --bin igny8
	$(STAGE) test-contract scripts/contract.sh

e2e: setup-test release ## The browser tests on the release build; one file: make e2e SPEC=planner
	$(STAGE) end-to-end node end2end/run.mjs $(SPEC)

crash: setup-test ## Random interleavings, and 1,000 articles under 25 kills: SQLite, then PostgreSQL; minutes
	$(STAGE) crash-sqlite env -u TEST_DATABASE_URL $(CRASH)
	$(STAGE) crash-postgres scripts/postgres.sh run -- $(CRASH)

bench: setup-bench release ## The figures of this machine, also in bench/results.json
	scripts/bench.sh

clean: ## Remove what was built and installed in the checkout; data/ and the shared tools stay
	cargo clean
	rm -rf target style/node_modules end2end/node_modules end2end/artifacts public/vendor bench/results.json

# --- Steps of the above ---

setup-run setup-check setup-test setup-bench: setup-%:
	@$(STAGE) setup-$* scripts/setup.sh $*

vendor:
	npm run build:vendor --prefix style

release: vendor
	$(STAGE) release cargo leptos build --release --precompress --split

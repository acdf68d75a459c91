# What a developer does with this repository. `make help` lists it.

LISTEN   ?= 127.0.0.1:8080
DATA_DIR ?= data/demo
# How many orders the demo plays before it goes on in real time; empty: the demo's own choice.
ORDERS   ?=
# What `make bench` hands to `ledger bench`.
BENCH    ?=

LEDGER := $(or $(CARGO_TARGET_DIR),./target)/release/ledger
DEBUG_LEDGER := $(abspath $(or $(CARGO_TARGET_DIR),target))/debug/ledger
SCHEMATHESIS := $(abspath $(or $(CARGO_TARGET_DIR),target))/tools/schemathesis/bin/schemathesis
RUST   := $(shell sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)

# The web console: its source, what it is built from, and what is embedded in the binary.
CONSOLE := query-api/console
CONSOLE_SOURCES := $(shell find $(CONSOLE)/src $(CONSOLE)/public -type f -not -name schema.d.ts 2>/dev/null) \
	$(wildcard $(addprefix $(CONSOLE)/,index.html openapi.json package.json tsconfig.json vite.config.ts))
CONSOLE_DIST := $(CONSOLE)/dist/index.html
CONSOLE_PACKAGES := $(CONSOLE)/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help run test check bench screenshots clean rust c-compiler lint release debug console console-test console-check types nodejs

help: ## list what make can do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-11s %s\n' "$$name" "$$what"; done
	@echo 'Variables of make run: LISTEN=$(LISTEN) DATA_DIR=$(DATA_DIR) ORDERS=$(ORDERS)'

run: release ## build the ledger and start it with a demo platform
	$(LEDGER) demo --listen $(LISTEN) --data-dir $(DATA_DIR) $(if $(ORDERS),--orders $(ORDERS))

test: rust ## install what the tests need, check style, run every test
	.ci/install gcc postgresql schemathesis nodejs chromium
	$(MAKE) --no-print-directory lint console-test
	cargo test --doc --workspace --locked
	@export LEDGER_TEST_SCHEMATHESIS=$(SCHEMATHESIS); if cargo nextest --version >/dev/null 2>&1; \
	then set -x; .ci/with-postgres cargo nextest run --workspace --locked --no-fail-fast; \
	else set -x; .ci/with-postgres cargo test --workspace --locked --no-fail-fast --lib --bins --tests; fi
	$(MAKE) --no-print-directory debug
	cd $(CONSOLE) && LEDGER_BINARY=$(DEBUG_LEDGER) npm run e2e

check: rust c-compiler lint console-check ## check format, lints and dependencies, without running tests
	@if cargo deny --version >/dev/null 2>&1; \
	then set -x; cargo deny --locked check bans licenses sources; \
	else echo 'cargo-deny is not installed, so licences and dependencies are not checked. Get it with: cargo install cargo-deny --locked'; fi

bench: release ## build the ledger and measure it (BENCH='arguments of ledger bench')
	$(LEDGER) bench $(BENCH)

screenshots: rust ## take pictures of every page of the console, into query-api/console/screenshots/
	.ci/install gcc nodejs chromium
	$(MAKE) --no-print-directory console debug
	cd $(CONSOLE) && LEDGER_BINARY=$(DEBUG_LEDGER) npm run screenshots

clean: ## remove what was built, and the data of the demo
	rm -rf data/demo $(addprefix $(CONSOLE)/,dist node_modules screenshots)
	cargo clean

types: rust $(CONSOLE_PACKAGES) ## describe the interface to the console anew, after it was changed
	cargo run --locked --quiet -- openapi > $(CONSOLE)/openapi.json
	cd $(CONSOLE) && npm run types

# Formatting first: it answers in a second.
lint: rust
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

release: rust console
	.ci/install gcc
	cargo build --release --locked

# What tests in a browser run: the program with the console in it, quickly built.
debug: rust
	cargo build --locked

console: $(CONSOLE_DIST)

# The type check, lints and unit tests of the console; then the console itself, which the binary embeds.
console-test: console-check
	cd $(CONSOLE) && npm test
	$(MAKE) --no-print-directory console

console-check: $(CONSOLE_PACKAGES)
	cd $(CONSOLE) && npm run check

$(CONSOLE_DIST): $(CONSOLE_PACKAGES) $(CONSOLE_SOURCES)
	cd $(CONSOLE) && npm run build
	touch $@

$(CONSOLE_PACKAGES): $(CONSOLE)/package.json $(CONSOLE)/package-lock.json | nodejs
	cd $(CONSOLE) && npm ci --no-audit --no-fund
	touch $@

nodejs:
	.ci/install nodejs

rust:
	@command -v cargo >/dev/null || { \
	echo 'Rust is missing. Get rustup from https://rustup.rs and open a new shell; Rust $(RUST) then comes by itself at the next make.' >&2; exit 1; }
	@cargo --version >/dev/null || { \
	echo 'Rust $(RUST) is missing. Get it with: rustup toolchain install $(RUST) --component rustfmt,clippy' >&2; exit 1; }

c-compiler:
	@command -v cc >/dev/null || { \
	echo 'A C compiler is missing: SQLite and the allocator are built from source. Get it with: apt-get install gcc libc6-dev (Debian, Ubuntu) or xcode-select --install (macOS).' >&2; exit 1; }

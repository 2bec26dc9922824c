# Gatebook: `make demo` starts it, `make test` proves it. Both install what they miss.

.DEFAULT_GOAL := help
.PHONY: help demo build web setup test test-rust test-web test-deploy test-browser net-test lint deny bench fmt

web_sources := $(shell find web -name node_modules -prune -o -name dist -prune -o -type f -print)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## Build and start a demo site: prints an address and a one-time sign-in link
	@exec target/release/gatebook demo $(ARGS)

build: web ## Build target/release/gatebook with the pages inside
	cargo build --release --package gatebook

web: setup web/dist/index.html ## Build the pages

setup: ## Install what building needs
	@scripts/setup-build.sh

web/node_modules/.package-lock.json: web/package-lock.json
	@scripts/npm-install.sh web
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(web_sources)
	cd web && npm run build

test: ## Run every test: Rust, pages, deployment files, real browser
	@scripts/test.sh

test-rust: ## Formatting, tidy and the tests of the crates
	@scripts/test.sh rust

test-web: ## Types, rules and tests of the pages
	@scripts/test.sh web

test-deploy: ## Flows, units, compose file and Terraform, as far as a machine without a cloud can
	@scripts/test.sh deploy

test-browser: ## Drive the built binary with Chromium, MQTT and HTTP clients
	@scripts/test.sh browser

net-test: ## As root: the house on several hosts, in network namespaces; ARGS=--stand-ins for the network alone
	@scripts/net-test.sh $(ARGS)

lint: web ## Clippy and ESLint with warnings as errors
	cargo clippy --release --workspace --all-targets -- -D warnings
	cd web && npm run lint

deny: ## Licences, sources and advisories of the crates (installs cargo-deny; slow the first time)
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	cargo deny check

bench: build ## Benchmarks; the figures go to docs/measurements.md
	cargo bench --workspace --benches

fmt: ## Format the Rust code
	cargo fmt --all

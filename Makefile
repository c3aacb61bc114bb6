# Symbolon: `make run` and `make test` are all a fresh machine needs.
# They install what is missing (and say so), build, and run.

RELEASE   := .build-release
SYMBOLON  := $(RELEASE)/release/symbolon
PREFIX    ?= /usr/local
JOBS      ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)

.DEFAULT_GOAL := help
.PHONY: help run build test test-tools lint format bench fuzz differential install clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: build ## build, then the whole story on this machine: prove, refuse, revoke (Ctrl-C ends it)
	@$(SYMBOLON) try --stay

build: $(SYMBOLON) ## build the command, as it is installed

# Folders too: a file that is gone changes only its folder.
$(SYMBOLON): Package.swift $(shell find Sources)
	@Scripts/install-missing build
	@swift build -c release --static-swift-stdlib --scratch-path $(RELEASE) --product symbolon -j $(JOBS)
	@touch $@

test: build ## build and run every test, with the peers they need
	@Scripts/install-missing test
	@swift build --build-tests -j $(JOBS)
	@Scripts/test

lint: ## layout, layering, file length, spelling of the rules
	@Scripts/lint

format: ## lay the source out as lint wants it
	@swift format -i -r -p Sources Tests Benchmarks Package.swift

bench: build ## measure beside named peers, in one run
	@Scripts/install-missing bench
	@swift build -c release --static-swift-stdlib --scratch-path $(RELEASE) --product benchmarks -j $(JOBS)
	@Benchmarks/run

fuzz: ## libFuzzer on every parser; TIME=600 seconds each, TARGET=certificate only that one
	@Scripts/install-missing fuzz
	@SYMBOLON_FUZZ=1 swift build -c release --scratch-path .build-fuzz --product fuzz -j $(JOBS)
	@Scripts/fuzz $(or $(TIME),60) $(TARGET)

differential: ## mutated chains, judged by us, OpenSSL, GnuTLS, Java and cryptography; CHAINS=200000, SEED=7
	@Scripts/install-missing test
	@SYMBOLON_TESTS=Interop swift build --build-tests -j $(JOBS)
	@SYMBOLON_TESTS=Interop SYMBOLON_CHAINS=$(or $(CHAINS),200000) SYMBOLON_SEED=$(SEED) swift test --skip-build --filter DifferentialTests

install: build ## put the command into $(PREFIX)/bin
	@install -D -s -m 0755 $(SYMBOLON) $(DESTDIR)$(PREFIX)/bin/symbolon
	@echo "installed $(DESTDIR)$(PREFIX)/bin/symbolon"

clean: ## remove what was built; .symbolon (your authority) stays
	@rm -rf .build $(RELEASE) .build-fuzz .build-tools

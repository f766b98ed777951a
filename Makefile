# Everything a person does here has one word: run, demo, test, crash-test, check, bench, docs, lock.
# Each of them prepares .venv first; that takes a minute once, and nothing afterwards.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
UV = VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/uv

# Benchmarks run beside what they compare with, which nothing else needs; benchmarks/replay.py among its own peers.
BENCH := .venv-bench
REPLAY := .venv-replay
PEERS_READY := $(BENCH)/.ready $(REPLAY)/.ready

# Compiled modules are what makes the next start quick, whatever the shell prefers.
unexport PYTHONDONTWRITEBYTECODE

# The first interpreter that is new enough and can make virtual environments.
FIT := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c '$(FIT)' >/dev/null 2>&1; then echo $$p; break; fi; done)

# An environment knows the folder it was made in: after a move it is made anew.
ifneq ($(file <$(READY)),$(CURDIR))
.PHONY: $(READY)
endif
$(foreach ready,$(PEERS_READY),$(if $(filter-out $(CURDIR),$(file <$(ready))),$(eval .PHONY: $(ready))))

.PHONY: help setup run demo test crash-test check bench docs lock clean

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

setup: $(READY) ## Prepare .venv with all that run, demo, test and check need
	@:

$(READY): requirements.lock pyproject.toml
	@if [ "$$(cat $(READY) 2>/dev/null)" != "$(CURDIR)" ] || ! $(BIN)/python -c '' 2>/dev/null; then \
		if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c '$(FIT)' >/dev/null 2>&1; then \
			echo "Guilder needs Python 3.11 or newer, with its venv and ensurepip modules." >&2; \
			echo "Found: $$(python3 --version 2>&1 || true). On Debian and Ubuntu: install python3 and python3-venv." >&2; \
			echo "Or name an interpreter: make setup PYTHON=/path/to/python3.12" >&2; \
			exit 1; \
		fi; \
		echo "Preparing $(VENV) with $$("$(PYTHON)" --version) ..."; \
		"$(PYTHON)" -m venv --clear $(VENV); \
	fi
	@awk '/^uv==/ {on = 1} on {print} on && !/\\$$/ {exit}' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.txt
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@printf '%s' "$(CURDIR)" > $(READY)

run: setup ## Start the brokerage on http://127.0.0.1:8000
	@exec $(BIN)/guilder serve

demo: setup ## Trade five years of real prices in under a minute
	@exec $(BIN)/guilder demo

test: setup ## Run every test, on SQLite and on a real PostgreSQL
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

crash-test: setup ## Kill the server at random moments under load; ARGS="--kills 30" for long
	@$(BIN)/python -m tests.crash $(ARGS)

check: setup ## Style, types, import contracts, and the rules of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest tests/architecture $(ARGS)

bench: $(PEERS_READY) ## Run the benchmarks, one file a claim
	@missed=0; for claim in benchmarks/[a-z]*.py; do \
		peers=$(BENCH); if [ "$$claim" = benchmarks/replay.py ]; then peers=$(REPLAY); fi; \
		echo "== $$claim"; $$peers/bin/python "$$claim" || missed=1; \
	done; exit $$missed

$(PEERS_READY): .venv-%/.ready: requirements-%.lock $(READY)
	@echo "Preparing .venv-$* with what the benchmarks compare with ..."
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-$*
	@VIRTUAL_ENV="$(CURDIR)/.venv-$*" $(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes $<
	@VIRTUAL_ENV="$(CURDIR)/.venv-$*" $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@printf '%s' "$(CURDIR)" > $@

docs: setup ## Write the generated pages under docs/
	@$(BIN)/python scripts/write_docs.py

LOCK = $(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url $(if $(UPGRADE),--upgrade) --quiet

lock: setup ## Pin all dependencies anew, with hashes (UPGRADE=1: take newer releases)
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --extra benchmark --constraint requirements.lock --output-file requirements-bench.lock
	@grep -v '^ *--hash' requirements.lock | grep -v '^uvloop==' | sed 's/ *\\$$//' > $(VENV)/but-uvloop.txt
	@$(LOCK) --extra benchmark-replay --constraint $(VENV)/but-uvloop.txt --output-file requirements-replay.lock

clean: ## Remove .venv and every cache
	@rm -rf $(VENV) $(BENCH) $(REPLAY) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

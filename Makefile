# Gapura. `make run` shows the demonstration regency; `make test` is what CI runs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
NODE_FOLDERS := $(patsubst %/package-lock.json,%,$(wildcard tests/browser/package-lock.json tests/peers/node/package-lock.json))
ARGS ?=

.PHONY: help run test check bench older record crash races faults pages guards lock packages node

help: ## List every command
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(VENV)/.run ## Set everything up and serve the demonstration regency until stopped
	@$(BIN)/gapura serve --demo $(ARGS)

test: $(VENV)/.dev packages node check ## Everything CI runs: check, then all tests
	$(BIN)/python -m pytest --ignore=tests/house $(ARGS)

check: $(VENV)/.dev ## Style, types, arrows between the rooms, and the house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/house

bench: $(VENV)/.dev ## Speed against a peer in the same run, and memory of one worker
	$(BIN)/python -m bench.run $(ARGS)

record: $(VENV)/.dev ## The consent record at its full size: bytes a row, what a check costs, how long it takes to verify
	$(BIN)/python -m bench.record $(ARGS)

older: $(VENV)/.dev ## Speed of what older systems ask, against an empty handler in the same run
	$(BIN)/python -m bench.connectors $(ARGS)

crash: $(VENV)/.dev packages ## 100 kill -9 cycles on SQLite and on PostgreSQL
	$(BIN)/python -m tests.crash.run --store sqlite $(ARGS)
	$(BIN)/python -m tests.crash.run --store postgresql $(ARGS)

races: $(VENV)/.dev packages ## Every race at full size, both editions
	ALL_ROUNDS=1 $(BIN)/python -m pytest tests/races tests/stores $(ARGS)
	$(BIN)/python -m tests.races.rotation

faults: $(VENV)/.dev packages ## Every way to older systems broken in five manners beside healthy ones; whose answer each of 500 citizens gets
	$(BIN)/python -m tests.faults.run $(ARGS)

pages: $(VENV)/.dev packages node ## Every page in every state, language, width and colour scheme; pictures in build/pages
	$(BIN)/python -m tests.browser $(ARGS)

guards: $(VENV)/.dev ## Switch off each rule of the ordered tables; a rule that no test misses fails
	$(BIN)/python -m tests.guards.run $(ARGS)

lock: $(VENV)/.dev ## Resolve the locks anew from pyproject.toml
	$(UV_COMPILE) --extra redis pyproject.toml requirements/build.in -o requirements/run.txt
	$(UV_COMPILE) --extra dev -c requirements/run.txt pyproject.toml requirements/build.in -o requirements/dev.txt
	$(UV_COMPILE) --extra redis --extra postgresql -c requirements/run.txt -c requirements/dev.txt pyproject.toml requirements/build.in -o requirements/image.txt

packages: # programs of the operating system that some tests need
	@.ci/system-packages

node: # packages of npm: axe-core and the clients written by others
	@if command -v npm >/dev/null; then for folder in $(NODE_FOLDERS); do \
	  if [ ! -e "$$folder/node_modules/.package-lock.json" ] || [ "$$folder/package-lock.json" -nt "$$folder/node_modules/.package-lock.json" ]; then \
	    npm ci --prefix "$$folder" --no-fund --no-audit --loglevel=error; touch "$$folder/node_modules/.package-lock.json"; fi; done; \
	else echo "npm is missing: the tests that need axe-core or a Node client are skipped by name"; fi

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Gapura needs (once) …"
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -OO -c "import hub.worker" # compiled once here, instead of at every start
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the tests need (once) …"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -OO -c "import hub.worker" # compiled once here, instead of at every start
	@touch $@ $(VENV)/.run

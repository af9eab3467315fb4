# What one does with the portal. `make` alone lists it.

SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 5000
export PORT

BIN := .venv/bin
# An older pip (Debian 12 has 23.0) would build two libraries the old way, and warn of it.
export PIP_USE_PEP517 := 1
# How many processes share the tests: one a core; each has a Chromium and a PostgreSQL of its own.
AT_ONCE ?= logical
# What an installation depends on: new dependencies, new packages.
MADE_OF := setup.cfg pyproject.toml

.PHONY: help install run test lint types bench bench-search migration clean

help: ## List these commands
	@echo "Usage: make COMMAND"
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 16

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Clerestory needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
		echo "Install a newer one, or name it: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { \
		echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; \
		exit 1; }
	@touch $@

.venv/installed: .venv/made $(MADE_OF)
	@echo "Installing into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[checks]'
	@touch $@

.venv/installed-dev: .venv/installed
	@echo "Installing what tests and checks need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

install: .venv/installed ## Install the portal into .venv, with the command .venv/bin/clerestory
	@echo "$(BIN)/clerestory is ready; clerestory --help tells what it can do"

run: .venv/installed ## Show the portal with its demonstration on http://127.0.0.1:5000 (PORT=… for another port)
	@$(BIN)/clerestory init
	@$(BIN)/clerestory demo
	@exec $(BIN)/clerestory serve

test: .venv/installed-dev ## Run the whole suite, on every core (AT_ONCE=1 for one process)
	@$(BIN)/python -m pytest -n $(AT_ONCE) --maxprocesses 8 --dist worksteal

lint: .venv/installed-dev ## Check style, and that imports point one way
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/djlint portal/templates --lint --quiet

types: .venv/installed-dev ## Check types
	@$(BIN)/mypy

bench: .venv/installed-dev ## Measure speed and memory
	@$(BIN)/python -m tests.bench

bench-search: .venv/installed-dev ## Measure search beside Datasette (ENGINES="whoosh:10000 datasette:10000" for some of it)
	@$(BIN)/python -c 'import datasette' 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@$(BIN)/python -m tests.bench.searching $(ENGINES)

migration: .venv/installed ## Write a migration out of what changed in models.py (m="what changed")
	@$(BIN)/python -m portal.schema "$(m)"

clean: ## Remove what was installed and built; the data folder stays
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

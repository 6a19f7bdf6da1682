# `make` alone lists what there is.

PORT ?= 8000
DATA ?= .demo
ARGS ?=
# The first Python on the PATH that is new enough.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

# Half a dozen processes start here; without bytecode each would compile every package anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
# Every version and hash is pinned, so there is nothing to resolve; what is never imported need not be compiled.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate
# Settings like production's, for commands that read settings and touch no database.
LIKE_PRODUCTION := set -a; . tests/production.env; set +a;
WITH_SANDBOXES := $(LIKE_PRODUCTION) PRACTICE_MODE=on

.DEFAULT_GOAL := help
.PHONY: help demo test proof check bench requirements

help:
	@echo "make demo          everything on this machine, in practice mode, with sample data   [PORT=8000] [DATA=.demo]"
	@echo "make test          every test, on real engines   [ARGS=\"-k hold\"]"
	@echo "make proof         the promises at full counts   [ARGS=...]"
	@echo "make check         style, types, imports, templates and settings"
	@echo "make bench         speed, as ratios to a floor of the same run   [ARGS=...]"
	@echo "make requirements  pin the versions anew   [ARGS=--upgrade]"

demo: .venv/.demo
	@exec $(BIN)/python manage.py demo --port "$(PORT)" --data "$(DATA)"

test: .venv/.dev
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

proof: .venv/.dev
	@$(BIN)/python -m tests.chromium
	@PROOF=full $(BIN)/python -m pytest -m proof $(ARGS)

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(WITH_SANDBOXES) $(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --check --lint --quiet
	$(LIKE_PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(WITH_SANDBOXES) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@! grep -nE '://|^ *-' requirements/*.txt | grep -v -- '--hash=sha256:' || \
		{ echo "requirements/*.txt: only names, versions and hashes belong there." >&2; exit 1; }

bench: .venv/.dev
	@$(BIN)/python -m bench $(ARGS)

requirements: .venv/.dev
	$(COMPILE) $(ARGS) requirements/base.in -o requirements/base.txt
	$(COMPILE) $(ARGS) -c requirements/base.txt requirements/demo.in -o requirements/demo.txt
	$(COMPILE) $(ARGS) -c requirements/demo.txt requirements/dev.in -o requirements/dev.txt

.venv/.made:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed. Install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) can't make virtual environments." \
		"On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.demo: requirements/demo.txt | .venv/.made
	@echo "Installing the packages of requirements/demo.txt ..."
	@$(INSTALL) -r requirements/demo.txt
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/.made
	@echo "Installing the packages of requirements/dev.txt ..."
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

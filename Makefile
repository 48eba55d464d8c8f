# Everything from nothing but Python 3.11+ and make. Each target sets up what it needs; the second time is instant.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
UV_LOCK := requirements-bootstrap.lock
export UV_NO_PROGRESS = 1
export UV_LINK_MODE ?= copy

.PHONY: help setup demo test lint format bench pictures lock clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.ready ## Set up .venv with every dependency

$(VENV)/.ready: requirements.lock $(UV_LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "streak-netsuite needs Python 3.11 or newer as '$(PYTHON)'; set it with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "Python has no venv module here; on Debian and Ubuntu: apt install python3-venv" >&2; rm -rf $(VENV); exit 1; }
	@echo "setting up $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(UV_LOCK)
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock $(UV_LOCK)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Watch a Streak deal become a NetSuite sales order, in a real Airflow (ARGS=--once to exit by itself)
	@$(BIN)/streak-netsuite demo $(ARGS)

test: setup ## Run the tests (ARGS are given to pytest)
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

lint: setup ## Check style, types, architecture and the lock
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PATH="$(abspath $(BIN)):$$PATH" lint-imports

format: setup ## Put the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup ## Measure (ARGS=NAME for one); prints a table and writes build/bench.json
	@$(BIN)/python tests/benchmarks/run.py $(ARGS)

pictures: setup ## Take the pictures of the docs anew (needs Chromium)
	@REFRESH_PICTURES=1 $(BIN)/python -m pytest -q tests/browser/test_board_pictures.py

lock: setup ## Resolve every dependency anew
	@$(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --all-extras --generate-hashes \
	  --no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock
	@echo "uv" | $(BIN)/uv pip compile - --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --custom-compile-command "make lock" --output-file $(UV_LOCK)

clean: ## Remove .venv and everything built
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

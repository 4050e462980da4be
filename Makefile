# Everything a fresh machine needs is installed by the first target: Python >= 3.11 and make are enough.
PYTHON ?= python3
VENV := .venv
UV := $(VENV)/bin/uv
export UV_PYTHON_DOWNLOADS := never

.PHONY: run test lint bench install clean

$(VENV)/.locked: pyproject.toml uv.lock
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	test -x $(UV) || $(VENV)/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
	UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --frozen --quiet --compile-bytecode
	touch $@

install: $(VENV)/.locked

run: install  ## a sample county and its prefecture on this machine, until Ctrl-C
	$(VENV)/bin/doorstep up --sample

test: install  ## the whole suite, on SQLite and on PostgreSQL
	bash tests/run.sh

lint: install
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/pytest -q tests/contract tests/architecture

bench: install  ## figures beside their limits, measured in the same run
	$(VENV)/bin/python -m tests.bench

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache

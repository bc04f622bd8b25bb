# `make run` and `make test` are all that is needed on a machine with Python 3.11+ and pip.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check lint types install install-test fit bench screenshots load clean

run: install
	@$(BIN)/belegt sync seeds
	@$(BIN)/belegt ui

test: install-test
	$(BIN)/python -m pytest -q

check: test lint types

lint: install-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install-test
	$(BIN)/mypy

install: .venv/installed
install-test: .venv/installed-test

# torch first and pinned: asked for by range, pip may take a build with gigabytes of CUDA.
.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "belegt needs Python 3.11 or newer; try: make PYTHON=python3.12 run")'
	@echo "Installing into .venv; the first time takes a few minutes."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/installed-test: .venv/installed
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

fit: install-test
	$(BIN)/python -m eval.fit

# On outside data in $BELEGT_DATA (docs/benchmarks.md says which); writes docs/benchmarks.md.
bench: install-test
	$(BIN)/python -m eval.bench

# Of every page, with the sample documents and the real model; needs chromium. Look at each of them.
screenshots: install-test
	$(BIN)/python -m tests.browser.screenshots

# Ten people at once on one server; prints how long they wait.
load: install-test
	$(BIN)/python -m tests.browser.load

clean:
	rm -rf .venv .belegt

# One target per verb. Python 3.11 and make are all a machine needs beforehand.
.DEFAULT_GOAL := help
.PHONY: help install run demo test check format lint types bench browser hledger lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
PACKAGES := ledger receipts foundation reports migrations tests benchmarks wsgi.py

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements/runtime.txt setup.cfg | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements/runtime.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/development: requirements/development.txt $(VENV)/runtime
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements/development.txt
	@touch $@

install: $(VENV)/runtime ## the virtual environment and the locked dependencies

run: install ## serve the demo foundation on 127.0.0.1 (PORT= to change)
	$(BIN)/foundation demo --if-new
	PORT=$(PORT) $(BIN)/foundation serve

demo: install ## only the data of the demo foundation
	$(BIN)/foundation demo --if-new

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	|| command -v google-chrome >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	     && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
	|| { echo "Install Chromium (Debian: apt-get install chromium) for the page tests."; exit 1; }

# Compared with in the tests of the exports; without it those say so and are left out.
hledger:
	@command -v hledger >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	     && apt-get update -qq && apt-get install -y -qq hledger >/dev/null; } \
	|| echo "hledger is not installed (Debian: apt-get install hledger); its tests are left out."

test: $(VENV)/development browser hledger ## every test, on SQLite and on a real PostgreSQL
	$(BIN)/python -m pytest -q -n auto --dist worksteal $(ARGS)

format: $(VENV)/development ## format the code
	$(BIN)/ruff format $(PACKAGES)
	$(BIN)/ruff check --fix $(PACKAGES)

lint: $(VENV)/development ## format, lint and import contracts
	$(BIN)/ruff format --check $(PACKAGES)
	$(BIN)/ruff check $(PACKAGES)
	$(BIN)/lint-imports --no-cache

types: $(VENV)/development ## static types
	$(BIN)/mypy

check: lint types test ## everything that CI runs

bench: $(VENV)/development ## measure; results go to benchmarks/README.md by hand
	$(BIN)/python -m benchmarks $(ARGS)

lock: $(VENV)/development ## pin the dependencies anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --upgrade requirements/runtime.in -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --upgrade -c requirements/runtime.txt requirements/development.in -o requirements/development.txt

clean: ## remove what the other targets made, but no data
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Works from a fresh clone with make and Python 3.11 or newer; everything is installed into .venv here.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-lowest lint format docs dist smoke peers clean

VENV ?= .venv
LOWEST := .venv-lowest
SMOKE := .venv-smoke
ARGS ?=

# The first interpreter that runs (a shim may exist and fail), is new enough and can make an environment.
USABLE = -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p $(USABLE) && echo $$p && break; done)

help:
	@echo "make demo         rebalance a real table and write demo.png; ARGS=\"--steps 100\" for a quick look"
	@echo "make test         run the tests; ARGS=\"-k name\" for some of them, ARGS=--slow for the slow ones, too"
	@echo "make lint         ruff and mypy"
	@echo "make format       let ruff format and repair what it can"
	@echo "make docs         make the pages in site/: guides, decisions, and the reference from the docstrings"
	@echo "make dist         build the sdist and the wheel in dist/, and look into them"
	@echo "make smoke        install that wheel alone in .venv-smoke, and use it"
	@echo "make test-lowest  run the tests with the oldest versions that are supported"
	@echo "make peers        set up the environments of the generators that benchmarks compare with; ARGS=ctgan for one"
	@echo "make clean        remove environments and caches"
	@echo
	@echo "All of them set up .venv on first use. PYTHON=/path/to/python chooses the interpreter."

demo: $(VENV)/ready
	$(VENV)/bin/python examples/rebalance_bank.py $(ARGS)

test: $(VENV)/ready
	$(VENV)/bin/python -m pytest -n auto --dist loadfile $(ARGS)

lint: $(VENV)/ready
	$(VENV)/bin/python -m ruff check .
	$(VENV)/bin/python -m ruff format --check .
	$(VENV)/bin/python -m mypy

format: $(VENV)/ready
	$(VENV)/bin/python -m ruff check --fix .
	$(VENV)/bin/python -m ruff format .

docs: $(VENV)/ready
	rm -rf site jupyter_execute
	$(VENV)/bin/python -m sphinx --fail-on-warning --keep-going --quiet -c docs . site
	@echo "Open site/index.html in a browser."

dist: $(VENV)/ready
	rm -rf dist
	$(VENV)/bin/python -m build --outdir dist .
	$(VENV)/bin/python -m twine check --strict dist/*
	$(VENV)/bin/python .ci/check_dist.py dist

smoke: dist
	$(PYTHON) -m venv --clear $(SMOKE)
	$(SMOKE)/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	$(SMOKE)/bin/python -W error .ci/smoke.py

test-lowest: $(LOWEST)/ready
	$(LOWEST)/bin/python -m pytest -n auto --dist loadfile $(ARGS)

peers:
	@$(if $(PYTHON),:,echo "No usable Python found: install Python 3.11 or newer with its venv module, or say make PYTHON=/path/to/python." >&2; exit 1)
	$(PYTHON) benchmarks/peers/setup.py $(ARGS)

clean:
	rm -rf benchmarks/peers/envs $(VENV) $(LOWEST) $(SMOKE) build dist site jupyter_execute *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis demo.png
	find ganaug tests examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(LOWEST)/ready: CONSTRAINTS = -c lowest.txt
$(LOWEST)/ready: lowest.txt

$(VENV)/ready $(LOWEST)/ready: pyproject.toml
	@$(if $(PYTHON),:,echo "No usable Python found: install Python 3.11 or newer with its venv module, or say make PYTHON=/path/to/python." >&2; exit 1)
	@$(PYTHON) $(USABLE) || { echo "$(PYTHON) is not Python 3.11 or newer with its venv module." >&2; exit 1; }
	@echo "Setting up $(@D) with $$($(PYTHON) --version). TensorFlow is large: this takes some minutes, once."
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check $(CONSTRAINTS) -e ".[dev]"
	@touch $@

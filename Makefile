# Two commands matter: `make demo` and `make test`. Everything made lands in ignored folders (.venv, .cache, out, dist).
# Another interpreter: make demo PYTHON=python3.12
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test lint format typecheck pytest pytest-interpreted pytest-boundscheck bench bench-wide bench-sweep bench-peers \
	wheel-check readme studies random-faults validate sensitivity docs clean distclean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

# --- environments ---------------------------------------------------------------------------------------------

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "spinesim needs Python 3.11 or newer; say which with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: $(STAMPS)/venv pyproject.toml
	$(PIP) install --quiet --editable .
	@touch $@

$(STAMPS)/dev: $(STAMPS)/runtime
	$(PIP) install --quiet --editable ".[dev]"
	@touch $@

$(STAMPS)/docs: $(STAMPS)/runtime
	$(PIP) install --quiet --editable ".[docs]"
	@touch $@

$(STAMPS)/peers: $(STAMPS)/runtime
	$(PIP) install --quiet --editable ".[peers]"
	$(PIP) install --quiet --no-deps pose2sim
	@touch $@

# --- the two commands -----------------------------------------------------------------------------------------

demo: $(STAMPS)/runtime ## solve "20 kg held far in front", print the table, draw the pictures into out/demo
	$(BIN)/spinesim run hold_20kg_far --plot out/demo

test: lint typecheck pytest pytest-interpreted pytest-boundscheck ## every check that needs no wheel: style, types, imports, tests

# --- their parts ----------------------------------------------------------------------------------------------

lint: $(STAMPS)/dev ## ruff (rules and format) and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

format: $(STAMPS)/dev ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

typecheck: $(STAMPS)/dev ## pyright, basic mode
	$(BIN)/pyright --pythonpath $(BIN)/python

pytest: $(STAMPS)/dev ## the whole suite, compiled
	$(BIN)/pytest

pytest-interpreted: $(STAMPS)/dev ## the cheap kernel tests once more as plain Python
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest -m interpreted

pytest-boundscheck: $(STAMPS)/dev ## the cheap kernel tests once more with array bounds checked
	NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=$(CURDIR)/.cache/numba-boundscheck $(BIN)/pytest -m boundscheck

bench: $(STAMPS)/runtime ## cold start, one solve, a thousand solves, time by phase
	$(BIN)/python benchmarks/bench_solve.py

bench-wide: $(STAMPS)/runtime ## 10,000 random scenarios up to what no back can hold: how many end how
	$(BIN)/python benchmarks/bench_solve.py --wide --solves 10000 --repeats 1

bench-sweep: $(STAMPS)/dev ## sweeps: scenarios a second against the bare kernel, two cores against one, memory
	$(BIN)/python benchmarks/bench_sweep.py

bench-peers: $(STAMPS)/peers ## OpenSim and MuJoCo in the same run (installs them)
	$(BIN)/python benchmarks/bench_peers.py

random-faults: $(STAMPS)/runtime ## 10,000 random combinations of small faults: how many end how
	$(BIN)/python benchmarks/random_faults.py

wheel-check: $(STAMPS)/venv ## build the wheel, install it in a new environment elsewhere, run scenarios from there
	place=$$(mktemp -d); trap 'rm -rf "$$place"' EXIT; \
	$(PIP) wheel --quiet --no-deps --wheel-dir "$$place" .; \
	$(PYTHON) -m venv "$$place/venv"; \
	"$$place/venv/bin/python" -m pip --disable-pip-version-check install --quiet "$$place"/*.whl; \
	cd "$$place"; env -u PYTHONPATH venv/bin/spinesim list; env -u PYTHONPATH venv/bin/spinesim run standing

readme: $(STAMPS)/runtime ## write tables, counts and pictures of README.md and the manual anew from real runs
	$(BIN)/python docs/readme_parts.py

studies: $(STAMPS)/runtime ## the studies of small faults: tables into out/studies, pictures into docs/images
	for study in rotation_offsets degeneration gluteal_hinge gluteal_weights single_leg_stance stiff_hip; do \
		$(BIN)/python scenarios/studies/$$study.py --pictures docs/images; \
	done
	$(BIN)/spinesim compare standing rotated_l4_l5 --plot out/studies
	cp out/studies/compare.png docs/images/compare_rotated_l4_l5.png

validate: $(STAMPS)/runtime ## compare with published measurements: text, JSON and a page in build/validation
	@mkdir -p build/validation
	for form in html json table; do \
		$(BIN)/spinesim validate --format $$form --out build/validation/report.$${form/table/txt} || test $$? = 1; \
	done

sensitivity: $(STAMPS)/runtime ## what the few global numbers do to the comparison with Wilke: a table
	$(BIN)/python validation/sensitivity.py

docs: $(STAMPS)/docs ## the manual, into docs/_build/html
	$(BIN)/sphinx-build --quiet --fail-on-warning --builder html docs docs/_build/html

clean: ## remove what running made
	rm -rf out dist build docs/_build .cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean ## remove the environment too
	rm -rf $(VENV)

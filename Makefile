# Set-up and daily commands. On Windows run the commands of the README instead.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt
# What pip compiles on one core, on all of them; a few packages ship files that are no Python.
COMPILE := $(BIN)/python -W ignore -m compileall -q -q -j 0 .venv >/dev/null || true

.PHONY: demo test check lab pages bench peers race chemistry strategies frontier measuring routing faults vendors resources docs room suites twins notebooks clean

demo: .venv/.demo
	$(BIN)/usecases demo

test: .venv/.test
	$(BIN)/python -m pytest -n auto --dist worksteal

check: .venv/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/usecases page --check

lab: .venv/.demo
	$(BIN)/jupyter lab notebooks

pages: .venv/.test
	$(BIN)/usecases page

bench: .venv/.test
	$(BIN)/python benchmarks/startup.py

peers: .venv/.test
	$(BIN)/python benchmarks/make_peers.py

race: peers
	$(BIN)/python benchmarks/optimisation.py

chemistry: peers
	$(BIN)/python benchmarks/chemistry.py

strategies: .venv/.test
	$(BIN)/python benchmarks/strategies.py

frontier: .venv/.test
	$(BIN)/python benchmarks/frontier.py

measuring: .venv/.test
	$(BIN)/python benchmarks/measuring.py

twins: .venv/.test
	$(BIN)/python benchmarks/backends.py
	$(BIN)/python benchmarks/twins.py

resources: .venv/.test
	$(BIN)/python benchmarks/resources.py

notebooks: .venv/.test
	$(BIN)/python benchmarks/notebooks.py

routing: .venv/.test
	$(BIN)/python benchmarks/routing.py

faults: .venv/.test
	$(BIN)/python benchmarks/faults.py

vendors: .venv/.test
	$(BIN)/python benchmarks/vendors.py

docs: .venv/.test
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build
	@echo "The site: build/site/index.html; to search in it: $(BIN)/mkdocs serve"

room: .venv/.test
	$(BIN)/python benchmarks/room.py

suites: .venv/.test
	$(BIN)/python benchmarks/suites.py

.venv/.made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	touch $@

.venv/.demo: .venv/.made pyproject.toml constraints.txt
	@echo "Installing pinned packages into .venv (a few minutes, once) ..."
	$(PIP) -e ".[demo]"
	$(COMPILE)
	touch $@

.venv/.test: .venv/.made pyproject.toml constraints.txt
	@echo "Installing pinned packages into .venv (a few minutes, once) ..."
	$(PIP) -e ".[test]"
	$(COMPILE)
	touch $@ .venv/.demo

clean:
	rm -rf .venv build dist *.egg-info demo.html

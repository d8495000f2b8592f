# Everything runs in .venv/, which `setup` makes and keeps current.
BIN := .venv/bin
LIMIT := timeout --foreground --kill-after=30s 45m
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench bench-prove bench-audit history referee accept fuzz lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv/ with the pinned dependencies (instant when nothing changed)
	@tools/setup

demo: setup ## judge the shipped estate and print the report
	@tools/demo

test: setup ## run every test, the linters and the type checker among them
	$(LIMIT) $(BIN)/pytest --numprocesses=auto $(PYTEST_ARGS)

lint: setup ## run the linters, the type checker and the import contracts alone
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup ## measure time and memory
	$(LIMIT) $(BIN)/pytest benchmarks --benchmark-only $(PYTEST_ARGS)

bench-prove: setup ## measure proofs over long lists, many devices and security groups, as whole processes
	@tools/setup-peers
	$(LIMIT) $(BIN)/python -m benchmarks.prove $(BENCH_ARGS)
	$(LIMIT) $(BIN)/python -m benchmarks.prove_networks $(BENCH_ARGS)

bench-audit: setup ## measure audits of flow records beside nfdump, ClickHouse, DuckDB, Spark and Sail (ARGS=--help)
	tools/setup-spark
	timeout --foreground --kill-after=30s 3h $(BIN)/python -m benchmarks.audit $(ARGS)

history: setup ## judge every version of the real border's histories, and print what is found from when to when
	$(LIMIT) tools/history

referee: setup ## compare the model with the kernel on random rulesets and networks (ARGS=--help: time, seed, number)
	tools/referee $(ARGS)

fuzz: setup ## read mutated flow files with every reader, FUZZ_SECONDS (60) each
	tools/fuzz $(or $(FUZZ_SECONDS),60)

accept: setup ## rewrite the golden files with what the program says now; review the diff
	ISTHMUS_ACCEPT=1 $(LIMIT) $(BIN)/pytest --numprocesses=auto tests $(PYTEST_ARGS)

lock: ## pin the dependencies of pyproject.toml anew (LOCK_ARGS=--upgrade for newer versions)
	tools/lock $(LOCK_ARGS)

clean: ## remove .venv/, the other environments and everything else that can be made again
	rm -rf .venv .venv-neutron .venv-spark .venv-peers build dist .benchmarks .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

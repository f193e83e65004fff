# Every task of the project. Each makes what it needs first; `make` alone lists them.
# The variables of a run (WEB_PORT, API_PORT, DATA_DIR, DATABASE_URL, …) may stand before or after `make run`.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help run simulate bench test check format lock notice migrate clean .venv-local .venv-dev

python := .venv/bin/python
compile = .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" --quiet

help: ## list these tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

run: .venv-local ## start everything: a PostgreSQL of its own, the site on port 8000, the API on 8001
	@# Whatever ends make, even SIGKILL, ends the run too.
	@exec setpriv --pdeathsig TERM -- $(python) -m local

simulate: .venv-local ## play a scenario against the running API; SCENARIO=file and API=address choose others
	@$(python) -m bench.simulate $(if $(SCENARIO),--scenario "$$SCENARIO") $(if $(API),--api "$$API")

bench: .venv-dev ## measure both doors against bare frameworks, and the buffers of each timeline
	@$(python) -m bench

test: .venv-dev ## install what the tests need, and run all of them
	@scripts/test

check: .venv-dev ## check format, style, types, the SQL against the schema, and the shell scripts
	@$(python) -m ruff format --check --quiet
	@$(python) -m ruff check --quiet
	@$(python) -m mypy
	@$(python) -m local --throw-away $(python) -m db check
	@.venv/bin/shellcheck scripts/bootstrap scripts/test scripts/tools

format: .venv-dev ## bring the Python code into its form
	@$(python) -m ruff check --fix --quiet --exit-zero
	@$(python) -m ruff format

lock: .venv-dev ## pin every dependency with its hashes in requirements/, after a change in pyproject.toml
	@$(compile) --output-file requirements/runtime.txt
	@$(compile) --extra embedded --output-file requirements/local.txt
	@$(compile) --extra embedded --extra dev --output-file requirements/dev.txt

notice: .venv-dev ## write NOTICE from the licences of what is installed
	@$(python) scripts/notice.py

migrate: .venv-local ## bring the database that DATABASE_URL names up to date
	@$(python) -m db migrate

clean: ## remove .venv and every cache; the data stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv-local:
	@scripts/bootstrap local

.venv-dev:
	@scripts/bootstrap dev

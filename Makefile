# Every task of the project. Each makes what it needs first; `make` alone lists them.
# The variables of a run (WEB_PORT, API_PORT, DATA_DIR, DATABASE_URL, …) may stand before or after `make run`; the DBA's
# tasks ask the database of DATABASE_URL, else that of `make run`.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help run watch dashboards rehearse simulate bench test check format lock notice migrate explain top reload budget verify clean .venv-local .venv-dev

python := .venv/bin/python
dba = DATABASE_URL="$${DATABASE_URL:-$$(cat "$${DATA_DIR:-.data}/url")}" $(python) -m db
compile = .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" --quiet

help: ## list these tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: .venv-local ## start everything: a PostgreSQL of its own, the site on port 8000, the API on 8001
	@# Whatever ends make, even SIGKILL, ends the run too.
	@exec setpriv --pdeathsig TERM -- $(python) -m local

watch: .venv-dev ## everything at once: doors behind nginx, a standby, Prometheus; TRAFFIC=1 plays the simulator
	@exec setpriv --pdeathsig TERM -- $(python) -m local.watch $(if $(TRAFFIC),--traffic)

dashboards: .venv-dev ## write Grafana's dashboards from deploy/grafana/questions, and draw them into docs/dashboards
	@$(python) -m local.watch.grafana
	@$(python) -m local.watch.pictures

rehearse: .venv-dev ## from nothing to a swarm that updates itself, on this machine; writes docs/rehearsal.md (as root)
	@scripts/tools >/dev/null
	@$(python) -m local.rehearse --table docs/rehearsal.md

simulate: .venv-local ## play a scenario against the running API; SCENARIO=file and API=address choose others
	@$(python) -m bench.simulate $(if $(SCENARIO),--scenario "$$SCENARIO") $(if $(API),--api "$$API")

bench: .venv-dev ## measure both doors against bare frameworks, and the buffers of each timeline
	@$(python) -m bench

test: .venv-dev ## install what the tests need, and run all of them
	@scripts/test

check: .venv-dev ## check format, style, types, the SQL and its schema, and the shell scripts
	@$(python) -m ruff format --check --quiet
	@$(python) -m ruff check --quiet
	@$(python) -m mypy
	@$(python) -m local --throw-away $(python) -m db check
	@$(python) -m db lint
	@.venv/bin/shellcheck -x .ci/run scripts/bootstrap scripts/test scripts/tools scripts/nginx deploy/elasticsearch/setup \
		deploy/images deploy/release deploy/try-migration deploy/promote deploy/restore deploy/secret deploy/password deploy/dba \
		deploy/job.sh deploy/*/*.sh \
		tests/deploy/*.sh local/rehearse/stand_ins/debian.sh \
		local/rehearse/stand_ins/droplet/droplet-init local/rehearse/stand_ins/nginx/docker-entrypoint.sh \
		$(addprefix deploy/postgres/,serve agent repository restore copy promote healthy)

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

explain: .venv-local ## show the plan of a query: make explain QUERY=timelines/public
	@$(dba) explain --generic $(QUERY)

top: .venv-local ## show where the database's time goes, by query file
	@$(dba) top

reload: .venv-local ## put edited query files in force in the running doors
	@$(dba) reload

budget: .venv-local ## hold every query against its budget in databases of three sizes; MESSAGES=10k is one of them
	@$(python) -m local --throw-away $(python) -m db budget --messages "$${MESSAGES:-10k,100k,1m}"

verify: .venv-local ## look whether the queries of the newest tag, or of AGAINST=ref, work on today's schema
	@$(python) -m local --throw-away $(python) -m db verify $(if $(AGAINST),--against "$$AGAINST")

clean: ## remove .venv, .tools and every cache; the data stays
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv-local:
	@scripts/bootstrap local

.venv-dev:
	@scripts/bootstrap dev

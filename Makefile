# Every target first makes set-up complete; `make` alone prints this list. More words for a command: make demo ARGS="--help"

.DEFAULT_GOAL := help
.PHONY: help setup for-tests demo serve test test-fast test-all soak check bench migrate

BIN := .venv/bin
PYTEST := $(BIN)/pytest -n 3 --dist loadgroup
ARGS ?=

help:
	@echo
	@echo "  Gagas: from an idea to a certificate"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo

.venv/.ready: uv.lock pyproject.toml deploy/setup.sh
	@sh deploy/setup.sh

setup: .venv/.ready ## system libraries and every Python package, into .venv
	@echo "  Set-up is complete. Next: make demo, or, for a region of your own, the next line of README's page"

for-tests: .venv/.ready
	@sh deploy/setup.sh --tests

demo: .venv/.ready ## the whole way of an idea, on sample data
	@$(BIN)/gagas demo $(ARGS)

serve: .venv/.ready ## API, pages, relay and flows on this machine
	@$(BIN)/gagas serve $(ARGS)

# Twelve minutes on two cores hold the kills and a part of the rest: what takes longest, and what others show too, is left to test-all.
LONG := $(addprefix tests/faults/test_,amendment_killed.py backup_killed.py upload_killed.py backup_under_load.py crashpoints.py import_killed.py overtaken.py planted.py prefect_away.py prefect_broken.py races.py) $(addprefix tests/deploy/test_,cluster.py cluster_rights.py one_machine.py pool.py) tests/bench tests/clients
LATER := tests/journeys/test_readme.py::test_one_idea_goes_its_whole_way_with_curl
LATER += $(addprefix tests/workflows/delivery/test_processes.py::test_, \
	nothing_outlives_a_starter_that_was_killed_and_the_same_folder_is_served_again \
	without_prefect_people_submit_and_what_follows_is_done_when_it_comes)
LATER += tests/models/test_older_databases.py::test_the_work_of_an_older_database_is_finished[postgres-0001]
LATER += tests/browser/test_api_documentation.py::test_one_can_sign_in_to_the_documentation_and_try_the_api

test: for-tests ## all tests but the longest files, large runs at a twentieth of their size
	GAGAS_TEST_SHARE=twentieth $(PYTEST) $(addprefix --ignore=,$(LONG)) $(addprefix --deselect=,$(LATER)) $(ARGS)

test-fast: .venv/.ready ## under a minute: no browser, no servers, no PostgreSQL, nothing slow
	GAGAS_TEST_SHARE=twentieth $(PYTEST) -m "not slow and not browser and not server and not postgres" $(ARGS)

# Three at once, each with servers of its own, starve each other on two cores.
test-all: for-tests ## all tests, large runs at full size
	GAGAS_TEST_SHARE=all $(PYTEST) -n 2 --timeout 1200 $(ARGS)

# One after the other: what is promised to be done within a minute is promised on a machine that does nothing else.
soak: .venv/.ready ## for hours: Prefect broken 200 times a way, every planted bug looked for twenty times
	GAGAS_TEST_SHARE=soak $(PYTEST) -n 1 tests/faults/test_prefect_broken.py tests/faults/test_planted.py $(ARGS)

check: .venv/.ready ## style, types, who imports whom, sizes and names
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python deploy/sizes.py
	$(BIN)/python deploy/readme.py --check

bench: .venv/.ready ## measure on this machine, against the named yardsticks; the table goes into the README
	@$(BIN)/python -m bench $(ARGS)
	@$(BIN)/python deploy/readme.py

migrate: .venv/.ready ## bring the database's tables up to date
	@$(BIN)/gagas migrate $(ARGS)

# Sluice: `make` lists what there is.
# Everything lives in .venv and .data (DATA_DIR); nothing here needs root.

PYTHON ?= python3
# Compiling on first use, not at once, saves a third of the time.
PIP_INSTALL := .venv/bin/python -m pip --disable-pip-version-check --quiet install --no-compile
# Settings as an operator would give them, for checks that need no server.
AS_DEPLOYED := env SLUICE_DEMO=0 BASE_URL=https://sluice.example DATABASE_URL=postgres://nobody@127.0.0.1:1/none \
	CELERY_BROKER_URL=redis://127.0.0.1:1/0 WEIGHTS_STORAGE_URL=file:///srv/sluice/weights \
	SECRET_KEY=$$(head -c 48 /dev/urandom | base64) PERSONAL_DATA_KEY=$$(head -c 48 /dev/urandom | base64)

# Where Python may not keep what it compiled, every process compiles all of it again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo-reset test lint bench format clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | \
		while IFS="$$(printf '\t')" read -r name text; do printf '  %-12s %s\n' "$$name" "$$text"; done

run: .venv/.installed ## Run the portal with seeded demo data on http://127.0.0.1:$PORT (8000)
	@SLUICE_DEMO=1 exec .venv/bin/python manage.py dev

demo-reset: .venv/.installed ## Throw the demo's data away, to start over
	@.venv/bin/python -m portal.embedded.reset

test: .venv/.installed-dev ## Run the tests (ARGS="tests/boards -x" for some)
	@.venv/bin/python -m pytest -n 2 --dist loadgroup $(ARGS)

lint: .venv/.installed-dev ## Check style, types and the order of imports
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/lint-imports
	@.venv/bin/mypy .
	@$(AS_DEPLOYED) .venv/bin/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@$(AS_DEPLOYED) .venv/bin/python manage.py check --deploy --fail-level WARNING

bench: .venv/.installed-dev ## Measure downloads against their limits, as ratios
	@.venv/bin/python -m tests.bench

format: .venv/.installed-dev ## Mend what can be mended by machine
	@.venv/bin/ruff check --fix-only --quiet
	@.venv/bin/ruff format

clean: ## Remove the environment and the caches, not the data
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/.installed: requirements.txt
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@echo "Installing what Sluice runs on (once) ..."
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "Installing what the tests need (once) ..."
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

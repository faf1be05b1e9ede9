# `make run` serves, `make test` checks everything; each target installs what it needs first.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
RUN := .venv/bin
LINT := .venv-lint/bin
TEST := .venv-test/bin
TRAINING := .venv-training/bin
UV := .venv-uv/bin/uv
# Where nothing else is said, tokens are signed with a key of this checkout's own.
SETTINGS := PORT=$(PORT) SECRET_KEY=$${SECRET_KEY:-$$(cat instance/secret_key)} \
	DATABASE_URL=$${DATABASE_URL:-sqlite:///instance/classpulse.db} PATH="$(CURDIR)/$(RUN):$$PATH"
MIGRATE := $(SETTINGS) alembic upgrade head
SERVE := $(SETTINGS) gunicorn server.wsgi:app

.PHONY: run demo test test-server test-web test-e2e test-training test-tools coverage lint
.PHONY: bench bench-model bench-browser bench-room bench-pages bench-server
.PHONY: soak screenshots icons contract papers messages requirements audit clean
.NOTPARALLEL: # node_modules is one folder, whoever fills it
# Python keeps the bytecode of what it imports, since nothing is compiled when it is installed.
unexport PYTHONDONTWRITEBYTECODE

run: .venv/done web/static/dist/done instance/secret_key
	$(MIGRATE)
	$(SERVE)

demo: .venv/done web/static/dist/done instance/secret_key
	$(MIGRATE)
	$(SERVE) & server=$$!; trap "kill $$server" EXIT; \
		$(RUN)/python bench/demo.py http://localhost:$(PORT) && wait $$server

# What CI runs. The server's tests wait more than they compute, those of the pages about as long, and
# those of training do not: so many of each at a time, for two cores.
WORKERS ?= 6
E2E_WORKERS ?= 4
TRAINING_WORKERS ?= 2
# A test that hangs ends its worker (pyproject.toml): no other worker is to hang in it once more.
PYTEST := python -m pytest --max-worker-restart 0
test: lint test-web test-server test-e2e test-training

# The domain, the server and what the documentation says.
test-server: .venv/done .venv-lint/done .venv-test/services node_modules/done \
		web/static/dist/done
	$(TEST)/$(PYTEST) -n $(WORKERS) --dist worksteal tests/domain tests/server tests/contract

# What of the pages needs no browser.
test-web: node_modules/dev
	npm test

# The pages in browsers.
test-e2e: .venv/done .venv-test/chromium .venv-test/firefox .venv-test/services node_modules/dev \
		web/static/dist/done
	$(TEST)/$(PYTEST) -n $(E2E_WORKERS) --dist worksteal tests/e2e

# One that takes a minute would be waited for, were it the last.
LONGEST := train models readme
test-training: .venv/done .venv-training/chromium node_modules/dev web/static/dist/done
	$(TRAINING)/$(PYTEST) -n $(TRAINING_WORKERS) --dist loadfile --no-loadscope-reorder \
		$(LONGEST:%=tests/training/test_%.py) tests/training

# What only whoever works on Classpulse runs: benchmarks, the soak test, pictures. They measure times,
# so one after the other, in 10 minutes; `make test` leaves them out.
test-tools: .venv/done .venv-training/chromium .venv-test/services node_modules/dev \
		web/static/dist/done
	$(TRAINING)/python -m pytest tests/bench

# What of the server and of the pages' scripts the tests run, by lines and branches. Whatever the
# tests start is measured, too; the scripts are built as they are written, so that they can be told.
coverage: .venv/done .venv-lint/done .venv-test/chromium .venv-test/firefox .venv-test/services \
		node_modules/dev
	rm -rf coverage
	node web/build.mjs --readable
	-CHROMIUM_V8_COVERAGE=coverage/chromium $(TEST)/coverage run -m pytest -n $(E2E_WORKERS) \
		--dist worksteal tests/domain tests/server tests/contract tests/e2e
	$(TEST)/coverage combine --quiet
	$(TEST)/coverage report --fail-under=90
	$(TEST)/coverage report --fail-under=100 --include='server/domain/*'
	npx esbuild tests/web/*.test.js --bundle --platform=node --format=esm --sourcemap=inline \
		'--external:*.po' --log-level=warning --outdir=coverage/tests
	npx mcr --config web/coverage.mjs "node --test coverage/tests/*.test.js"
	npm run build
	touch web/static/dist/done

lint: .venv-lint/done node_modules/dev
	$(LINT)/ruff check .
	$(LINT)/ruff format --check .
	$(LINT)/mypy
	npm run lint

bench: .venv-training/done
	$(TRAINING)/python -m bench training

bench-model: .venv-training/chromium node_modules/dev web/static/dist/done
	$(TRAINING)/python -m bench model

# FACES=folder: with photographs named after labels, the right ones are counted too; DATA=file: and
# those of a prepared data set's PrivateTest.
bench-browser: .venv/done .venv-training/chromium node_modules/dev web/static/dist/done
	$(TRAINING)/python -m bench browser \
		$(if $(FACES),--faces $(FACES)) $(if $(DATA),--data $(DATA))

bench-room: .venv/done .venv-test/chromium web/static/dist/done
	$(TEST)/python -m bench room

bench-pages: .venv/done .venv-test/chromium web/static/dist/done
	$(TEST)/python -m bench pages

# PARTS="student crowd": only these.
bench-server: .venv/done .venv-test/done node_modules/dev
	$(TEST)/python -m bench server $(PARTS)

# Half an hour of lessons while one part after the other fails; SEED=n repeats the faults of a run.
MINUTES ?= 30
soak: .venv/done .venv-test/services node_modules/dev
	$(TEST)/python -m bench soak --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

# The README's pictures, of a simulated class; 3 minutes.
screenshots: .venv/done .venv-test/chromium node_modules/done web/static/dist/done
	$(TEST)/python -m bench screenshots

# Those of the installed app, from web/static/icon.svg.
icons: .venv-test/chromium
	$(TEST)/python -m bench icons

# Each environment is exactly what its file names, in seconds: uv links files from its cache.
INSTALL = $(PYTHON) -m venv --clear --without-pip $(@D) \
	&& $(UV) pip sync --quiet --require-hashes --python $(@D) $< && touch $@
.venv/done: requirements.txt | .venv-uv/done
	$(INSTALL)

.venv-%/done: requirements/%.txt | .venv-uv/done
	$(INSTALL)

.venv-uv/done: requirements/uv.txt
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --require-hashes -r $<
	touch $@

# What the pages are built with; or that, and what lint, tests and benchmarks take. No package
# needs its install script.
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund
node_modules/done: package.json package-lock.json
	$(NPM_CI) --omit=dev
	touch $@

node_modules/dev: package.json package-lock.json
	$(NPM_CI)
	touch node_modules/done $@

# With the models, because the bundle has what they need of TensorFlow.js, and compressed copies; the
# operator's own is one of them.
web/static/dist/done: node_modules/done web/build.mjs web/slim.mjs web/texts.mjs \
		$(if $(MODEL),$(wildcard $(MODEL)/model.json)) $(shell find web/src web/static/model web/translations -type f -not -name '*.mo')
	npm run build
	touch $@

# The machine's own Chromium or Chrome if there is one; else Debian's, or the one of Playwright.
.venv-%/chromium: .venv-%/done
	$(@D)/bin/python -c 'from training.browser import chromium; exit(not chromium())' \
		|| (apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core) \
		|| $(@D)/bin/playwright install --with-deps chromium
	touch $@

# The machine's own Firefox, or Debian's; without one its tests are skipped.
.venv-test/firefox: .venv-test/done
	type -P firefox-esr || type -P firefox \
		|| (apt-get update && apt-get install -y --no-install-recommends firefox-esr) \
		|| echo "Please install Firefox to test with it."
	touch $@

# The programs that tests start beside the server; without one of them its tests are skipped.
.venv-test/services: .venv-test/done
	PATH="$$PATH:/usr/sbin:$$(echo /usr/lib/postgresql/*/bin | tr ' ' :)" \
		type -P redis-server postgres pgbouncer nginx cc \
		|| (apt-get update && apt-get install -y --no-install-recommends \
			redis-server postgresql pgbouncer nginx-light gcc libc6-dev) \
		|| echo "Please install Redis, PostgreSQL, PgBouncer, nginx and a C compiler to test with them."
	touch $@

# After an edit of server/domain/contract.json: what is made of it.
contract:
	$(PYTHON) docs/contract.py

# After an edit of docs/privacy.md: the pages that are made of it, whose texts go to the catalogues.
papers: .venv-lint/done
	$(LINT)/python docs/papers.py

# After an edit of texts: what is new and waits for a translation is in the catalogues then.
MARKS := $(addprefix --keywords ,N_ AccessError ClassError GuessError PostError abort:2)
TRANSLATIONS ?= web/translations
MESSAGES := $(TRANSLATIONS)/messages.pot
messages: .venv/done
	$(RUN)/pybabel --quiet extract --mapping web/translations/babel.cfg --add-location=file --no-wrap \
		$(MARKS) --output $(MESSAGES) .
	$(RUN)/pybabel --quiet update --input-file $(MESSAGES) --output-dir $(TRANSLATIONS) \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	rm $(MESSAGES)

# After an edit of what pyproject.toml asks for: what to install, each file by its hash. Pins that
# still fit are kept.
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
requirements: .venv-uv/done
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml --group test -c requirements.txt -o requirements/test.txt
	$(LOCK) pyproject.toml --group training -c requirements.txt -o requirements/training.txt
	$(LOCK) --group lint -c requirements.txt -c requirements/test.txt -o requirements/lint.txt
	$(LOCK) --group audit -o requirements/audit.txt
	$(LOCK) --group uv -o requirements/uv.txt

# Known holes in what is installed to serve, and in what goes into the pages.
audit: .venv-audit/done
	.venv-audit/bin/pip-audit --require-hashes --disable-pip -r requirements.txt
	npm audit --omit=dev

instance/secret_key:
	mkdir -p instance
	umask 077 && $(PYTHON) -c 'import secrets; print(secrets.token_hex(32))' > $@

clean:
	rm -rf .venv .venv-* node_modules web/static/dist

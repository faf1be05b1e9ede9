# `make run` serves, `make test` checks everything; both install what they need first.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
RUN := .venv/bin
DEV := .venv-dev/bin
# Where nothing else is said, tokens are signed with a key of this checkout's own.
SETTINGS := PORT=$(PORT) SECRET_KEY=$${SECRET_KEY:-$$(cat instance/secret_key)} \
	DATABASE_URL=$${DATABASE_URL:-sqlite:///instance/classpulse.db} PATH="$(CURDIR)/$(RUN):$$PATH"
MIGRATE := $(SETTINGS) alembic upgrade head
SERVE := $(SETTINGS) gunicorn server.wsgi:app

.PHONY: run demo test lint soak screenshots messages requirements audit clean
.PHONY: bench bench-model bench-browser bench-room bench-pages bench-server
run: .venv/done web/static/dist/done instance/secret_key
	$(MIGRATE)
	$(SERVE)

demo: .venv/done web/static/dist/done instance/secret_key
	$(MIGRATE)
	$(SERVE) & server=$$!; trap "kill $$server" EXIT; node web/demo.mjs http://localhost:$(PORT)

test: lint .venv/done .venv-dev/chromium .venv-dev/services
	$(DEV)/python -m pytest
	npm test

lint: .venv-dev/done node_modules/dev web/static/dist/done
	$(DEV)/ruff check .
	$(DEV)/ruff format --check .
	$(DEV)/mypy
	npm run lint

bench: .venv-dev/done
	$(DEV)/python -m training bench

bench-model: .venv-dev/chromium node_modules/dev web/static/dist/done
	$(DEV)/python -m training bench-model

# FACES=folder: with photographs named after labels, the right ones are counted too; DATA=file: and
# those of a prepared data set's PrivateTest.
bench-browser: .venv-dev/chromium node_modules/dev web/static/dist/done
	$(DEV)/python -m training bench-browser $(if $(FACES),--faces $(FACES)) $(if $(DATA),--data $(DATA))

bench-room: .venv/done .venv-dev/chromium web/static/dist/done
	$(DEV)/python -m tests.bench.room

bench-pages: .venv/done .venv-dev/chromium web/static/dist/done
	$(DEV)/python -m tests.bench.pages

# The README's pictures, of a simulated class; 3 minutes.
screenshots: .venv/done .venv-dev/chromium node_modules/done web/static/dist/done
	$(DEV)/python -m docs.screenshots

# PARTS="student crowd": only these.
bench-server: .venv/done .venv-dev/done node_modules/dev
	$(DEV)/python -m tests.bench.server $(PARTS)

# Half an hour of lessons while one part after the other fails; SEED=n repeats the faults of a run.
MINUTES ?= 30
soak: .venv/done .venv-dev/services node_modules/dev
	$(DEV)/python -m tests.soak --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

.venv/done: requirements.txt
	$(PYTHON) -m venv .venv
	$(RUN)/pip install --quiet -r requirements.txt
	touch $@

.venv-dev/done: requirements-dev.txt
	$(PYTHON) -m venv .venv-dev
	$(DEV)/pip install --quiet -r requirements-dev.txt
	touch $@

# What the pages are built with; then what tests and benchmarks take as well.
node_modules/done: package.json package-lock.json
	npm ci --omit=dev --no-audit --no-fund
	touch $@

node_modules/dev: node_modules/done
	npm ci --no-audit --no-fund
	touch node_modules/done $@

# With the models, because the bundle has what they need of TensorFlow.js, and compressed copies.
web/static/dist/done: node_modules/done web/build.mjs web/slim.mjs web/texts.mjs \
		$(shell find web/src web/static/model web/translations -type f -not -name '*.mo')
	npm run build
	touch $@

# The machine's own Chromium or Chrome if there is one; else Debian's, or the one of Playwright.
.venv-dev/chromium: .venv-dev/done
	$(DEV)/python -c 'from training.browser import chromium; exit(not chromium())' \
		|| (apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core) \
		|| $(DEV)/playwright install --with-deps chromium
	touch $@

# The programs that tests start beside the server; without one of them its tests are skipped.
.venv-dev/services: .venv-dev/done
	PATH="$$PATH:/usr/sbin:$$(echo /usr/lib/postgresql/*/bin | tr ' ' :)" \
		type -P redis-server postgres nginx cc \
		|| (apt-get update && apt-get install -y --no-install-recommends \
			redis-server postgresql nginx-light gcc libc6-dev) \
		|| echo "Please install Redis, PostgreSQL, nginx and a C compiler to test with them."
	touch $@

# After an edit of texts: what is new and waits for a translation is in the catalogues then.
MARKS := $(addprefix --keywords ,N_ AccessError ClassError GuessError abort:2)
TRANSLATIONS ?= web/translations
MESSAGES := $(TRANSLATIONS)/messages.pot
messages: .venv-dev/done
	$(DEV)/pybabel --quiet extract --mapping web/translations/babel.cfg --add-location=file --no-wrap \
		$(MARKS) --output $(MESSAGES) .
	$(DEV)/pybabel --quiet update --input-file $(MESSAGES) --output-dir $(TRANSLATIONS) \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	rm $(MESSAGES)

# After an edit of what we ask for: what to install, each file by its hash.
LOCK := $(DEV)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
requirements: .venv-dev/done
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -c requirements.txt -o requirements-dev.txt

# Known holes in what is installed to serve, and in what goes into the pages.
audit: .venv-dev/done
	$(DEV)/pip-audit --require-hashes --disable-pip -r requirements.txt
	npm audit --omit=dev

instance/secret_key:
	mkdir -p instance
	umask 077 && $(PYTHON) -c 'import secrets; print(secrets.token_hex(32))' > $@

clean:
	rm -rf .venv .venv-dev node_modules web/static/dist

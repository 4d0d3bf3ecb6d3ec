# make run   sets everything up and serves the app      make bench  measures it against what people would use instead
# make test  sets everything up and passes every test   make data   makes data/ anew from its packages
# make lint  style only                                 make audit  known weaknesses in the dependencies
# make nightly  thousands of hostile inputs             make load   two hundred visitors on one process and on two

PORT ?= 8501
ADDRESS ?= 127.0.0.1
PYTHON ?= python3
BIN := .venv/bin
# One thread each: a server answers many at once, and threads that wait for each other would only spin.
export OPENBLAS_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run test nightly lint bench load data audit browser
.DELETE_ON_ERROR:

run: .venv/app
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(ADDRESS)

test: .venv/test lint browser
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# Some hours: thousands of generated sentences, links and states where `make test` tries hundreds.
nightly: .venv/test browser
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -n 2 --dist loadgroup

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

browser: .venv/test
	@$(BIN)/python tests/chromium.py
	@$(BIN)/python tests/programs.py

# Needs a machine with nothing else to do, and PyTorch (in an environment of its own) to compare with.
bench: .venv/test .venv-bench/done
	$(BIN)/python benchmarks/bench_glove.py
	$(BIN)/python benchmarks/bench_playground.py
	$(BIN)/python benchmarks/bench_bert.py --torch .venv-bench/bin/python
	$(BIN)/python benchmarks/bench_llama.py --torch .venv-bench/bin/python

# Needs a machine with nothing else to do, too; a quarter of an hour.
load: .venv/test browser
	$(BIN)/python benchmarks/load.py
	$(BIN)/python benchmarks/load.py --replicas 2

data: .venv/app
	$(BIN)/python data/build.py

# In an environment of its own, so that what asks changes nothing in what is asked about. --strict: a package that could
# not be looked up counts as a failure.
audit: .venv-audit/done
	@.venv-audit/bin/pip-audit --strict --progress-spinner off --disable-pip --no-deps -r requirements.txt || { \
		echo "Not vouched for: a dependency has a known weakness, or the public database could not be asked (see above)."; \
		exit 1; }

.venv-audit/done:
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/pip install --quiet pip-audit==2.10.1
	@touch $@

# Debian parts venv from Python; where it is missing and may be installed, it is.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; $(PYTHON) is older or missing."; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; \
		sudo=$$(test "$$(id -u)" = 0 || echo sudo); \
		$$sudo apt-get update -q && $$sudo apt-get install -qy python3-venv && $(PYTHON) -m venv .venv; } \
		|| { rm -rf .venv; echo "Python's venv is missing: install the package python3-venv."; exit 1; }

.venv/app: $(BIN)/python requirements.txt requirements-lm.txt
	$(BIN)/pip install --quiet -r requirements.txt
	$(BIN)/pip install --quiet --no-deps -r requirements-lm.txt
	@touch $@

.venv-bench/done: benchmarks/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet -r benchmarks/requirements.txt
	@touch $@

.venv/test: .venv/app tests/requirements.txt
	$(BIN)/pip install --quiet -r tests/requirements.txt
	@touch $@

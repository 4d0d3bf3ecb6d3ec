# make run    sets everything up and serves the app     make bench    measures it against what people would use instead
# make test   sets everything up and passes every test  make kernels  the core's tests under every kernel of NumPy's
# make check  style, types, the core's tests; a minute  make load     a full hall; replicas replaced; a hall that trains; a soak
# make lint   style only                                make audit    known weaknesses in the dependencies
# make lock   requirements.txt anew                     make data     glove/ and minilm/ anew; fetches 250 MB
# make nightly  more generated inputs, and each fix taken out to see its test fail; hours

PORT ?= 8501
ADDRESS ?= 127.0.0.1
PYTHON ?= python3
PY := .venv/bin/python
# One thread each: a server answers many at once, and threads that wait for each other would only spin.
export OPENBLAS_NUM_THREADS ?= 1
# Two heaps: with one for each of a server's threads, what one has given back no other can use (100 MB after a soak).
export MALLOC_ARENA_MAX ?= 2
# A heap grows and shrinks by 16 MB: what a step of training frees, the next needs again (a third of a training's time).
export MALLOC_TOP_PAD_ ?= 16777216
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Bytecode is kept: each process of the tests, and each server that they start, would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check nightly kernels lint types lock bench load data audit app tools programs
.DELETE_ON_ERROR:

run: app
	@echo "Starting on http://$(ADDRESS):$(PORT)"
	@$(PY) -m ui run app.py --server.port $(PORT) --server.address $(ADDRESS)

test: tools lint programs
	$(PY) -m pytest -n auto --dist loadgroup

check: tools lint types
	$(PY) -m pytest -n auto --dist loadgroup tests/core tests/test_layers.py attention_core

# Some hours: thousands of generated sentences, links and states where `make test` tries hundreds; the tests marked
# nightly, which say of more cases what others say of one; and each cure of a fault is taken away, to see that its test
# fails.
nightly: tools programs
	HYPOTHESIS_PROFILE=nightly $(PY) -m pytest -n auto --dist loadgroup
	$(PY) -m tests.cures

kernels: tools
	$(PY) -m tests.kernels

lint: tools
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: tools
	$(PY) -m mypy

# A browser, Firefox and nginx, installed where this machine has none and lets us.
programs: tools
	@$(PY) -m tests.support.chromium
	@$(PY) -m tests.support.programs

# The environment is looked at each time, not a stamp of it; what is right is left alone.
app:
	@command -v "$(PYTHON)" >/dev/null || { echo "Python 3.11 or newer is needed; there is no $(PYTHON)."; exit 1; }
	@"$(PYTHON)" .ci/environment.py requirements.txt requirements-lm.txt

tools: app
	@"$(PYTHON)" .ci/environment.py requirements.txt requirements-lm.txt tests/requirements.txt

# For every system and Python at once, with hashes and without the address of an index.
lock: .venv-lock/done
	.venv-lock/bin/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" requirements.in -o requirements.txt

# Needs a machine with nothing else to do, and PyTorch (in an environment of its own) to compare with.
bench: tools programs .venv-bench/done
	$(PY) benchmarks/bench_glove.py
	$(PY) benchmarks/bench_pages.py
	$(PY) benchmarks/bench_training.py
	$(PY) benchmarks/bench_browser.py
	$(PY) benchmarks/bench_bert.py --torch .venv-bench/bin/python
	$(PY) benchmarks/bench_llama.py --torch .venv-bench/bin/python
	$(PY) benchmarks/bench_suite.py

# Needs a machine with nothing else to do, too; an hour.
load: tools programs
	$(PY) benchmarks/load.py
	$(PY) benchmarks/load.py --replicas 2
	$(PY) benchmarks/draining.py
	$(PY) benchmarks/training_hall.py
	$(PY) benchmarks/soak.py
	$(PY) benchmarks/soak.py --no-language-model

data: app
	$(PY) data/build.py

# In an environment of its own, so that what asks changes nothing in what is asked about. --strict: a package that could
# not be looked up counts as a failure.
audit: .venv-audit/done
	@.venv-audit/bin/python -m pip_audit --strict --progress-spinner off --disable-pip --no-deps -r requirements.txt || { \
		echo "Not vouched for: a dependency has a known weakness, or the public database could not be asked (see above)."; \
		exit 1; }

.venv-audit/done:
	"$(PYTHON)" -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet pip-audit==2.10.1
	@touch $@

.venv-lock/done:
	"$(PYTHON)" -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet uv==0.13.9
	@touch $@

.venv-bench/done: benchmarks/requirements.txt
	"$(PYTHON)" -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet -r benchmarks/requirements.txt
	@touch $@

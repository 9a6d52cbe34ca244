# make demo: environment + default study -> results/demo/report.html; make test: environment + lint + all tests.
PYTHON ?= python3
CORES ?= 2
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONUTF8 := 1
# Every job is a fresh Python: without compiled files it starts four times slower.
unexport PYTHONDONTWRITEBYTECODE

# Interpreters that `make test-python` tries, each in an environment of its own: make test-python PYTHONS=/opt/bin/python3.13
PYTHONS ?= python3.11 python3.12 python3.13
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 NUMBA_NUM_THREADS=1 PYTHONPATH=tests
TESTS := -q -n 2 --dist loadfile

.PHONY: env archives demo test coverage test-quick test-hostile test-archives test-python lint bench calibrate calibrate-full recover clean

env: $(VENV)/ready

# uv is picked up where it is installed (seconds); pip does the same from the same hashed lock (a minute).
$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 13), "Python 3.11 to 3.13 is needed: make PYTHON=python3.12"'
	$(PYTHON) -m venv $(VENV)
	(command -v uv >/dev/null && uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock) \
	|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# The index of the Imaging Data Commons and the program that downloads from it: 94 MB that few studies need.
archives: $(VENV)/archives

$(VENV)/archives: $(VENV)/ready requirements-archives.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-archives.lock
	touch $@

demo: env
	snakemake --cores $(CORES)
	@echo "report: results/demo/report.html"

test: env lint
	pytest $(TESTS) --durations=10

# The same, a quarter slower; which lines no test ran: coverage report --show-missing --skip-covered
coverage: env
	pytest $(TESTS) --cov --cov-report=
	@echo "coverage: $$(coverage report --format=total) % of the lines of workflow/radioloom but its kernels"

# Without the whole studies that are run, killed, moved and edited.
test-quick: env
	pytest $(TESTS) -m "not long and not hostile"

# Every mutation of every attribute of each kind of file, and thousands of damaged ones (`make test` tries a sample).
test-hostile: env
	pytest $(TESTS) -m hostile

# The same cohorts from a folder, by DICOMweb, DIMSE and S3: starts Orthanc (of Debian's packages) and an S3 server on loopback.
test-archives: archives .archives/ready
	RADIOLOOM_ARCHIVES=1 pytest -q tests/archives

# The S3 server needs other versions of what the library needs: an environment of its own.
.archives/ready: tests/archives/servers.lock
	$(PYTHON) -m venv .archives
	.archives/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tests/archives/servers.lock
	touch $@

# The quick tests on every Python of PYTHONS that runs here: a name on the path may have no interpreter behind it.
test-python:
	@tried=; for python in $(PYTHONS); do \
	    version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) \
	    || { echo "$$python: absent, or it does not run"; continue; }; \
	    echo "$$python: Python $$version"; \
	    $(MAKE) --no-print-directory test-quick VENV=.python/$$version PYTHON=$$python || exit 1; \
	    tried="$$tried $$version"; \
	done; \
	test -n "$$tried" || { echo "no Python to try; name some: make test-python PYTHONS=/path/of/python3.13"; exit 1; }; \
	echo "green on Python$$tried"

lint: env
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow/rules
	mypy

# Radioloom beside pyradiomics and pictologics on the same voxels; their environments are made under .bench/.
bench: env
	python tests/bench/run.py $(BENCH)

# Coverage, level and power of every interval and test that a report prints, by simulated studies: a quarter of an hour.
calibrate: env
	$(ONE_THREAD) python -m calibrate.run --workers $(CORES) $(CALIBRATE)

# The table of docs/calibration.md: some three hours on two idle cores. It stops after 150 minutes and goes on when called again.
calibrate-full: env
	$(ONE_THREAD) python -m calibrate.run --workers $(CORES) --minutes 150 $(CALIBRATE)

# The tables of docs/genes.md: planted module networks, and what is recovered of them; three minutes on one idle core.
recover: env
	$(ONE_THREAD) python -m recovery.run $(RECOVER)

clean:
	rm -rf .venv .python .snakemake results/*/

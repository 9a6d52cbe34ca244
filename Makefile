# make demo: environment + default study -> results/demo/report.html; make test: environment + lint + all tests.
PYTHON ?= python3
CORES ?= 2
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONUTF8 := 1
# Every job is a fresh Python: without compiled files it starts four times slower.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: env archives demo test test-quick test-archives lint bench clean

env: .venv/ready

# uv is picked up where it is installed (seconds); pip does the same from the same hashed lock (a minute).
.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 13), "Python 3.11 to 3.13 is needed: make PYTHON=python3.12"'
	$(PYTHON) -m venv .venv
	(command -v uv >/dev/null && uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock) \
	|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# The index of the Imaging Data Commons and the program that downloads from it: 94 MB that few studies need.
archives: .venv/archives

.venv/archives: .venv/ready requirements-archives.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-archives.lock
	touch $@

demo: env
	snakemake --cores $(CORES)
	@echo "report: results/demo/report.html"

test: env lint
	pytest -q -n 2 --dist loadfile

# Without the whole studies that are run, killed, moved and edited.
test-quick: env
	pytest -q -n 2 --dist loadfile -m "not long"

# The same cohorts from a folder, by DICOMweb, DIMSE and S3: starts Orthanc (of Debian's packages) and an S3 server on loopback.
test-archives: archives .archives/ready
	RADIOLOOM_ARCHIVES=1 pytest -q tests/archives

# The S3 server needs other versions of what the library needs: an environment of its own.
.archives/ready: tests/archives/servers.lock
	$(PYTHON) -m venv .archives
	.archives/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tests/archives/servers.lock
	touch $@

lint: env
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow/rules
	mypy

# Radioloom beside pyradiomics and pictologics on the same voxels; their environments are made under .bench/.
bench: env
	python tests/bench/run.py $(BENCH)

clean:
	rm -rf .venv .snakemake results/*/

# Everything a developer types. The environment lies in .venv and is made anew when the locked list changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint bench words lock install clean

demo: $(READY)  ## the main job on a sample bulletin, against a simulated WeChat on loopback
	@$(BIN)/python -m examples.demo

test: $(READY) lint  ## the tests; with CI=true also services, the browser and the long rounds
	@$(BIN)/python -m pytest --no-header -n $(if $(CI),2,3) --dist loadgroup -o console_output_style=classic

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(READY)  ## speed and memory, as ratios to a baseline measured in the same run
	@$(BIN)/python -m benchmarks

install: $(VENV)/bin/python  ## only what running needs
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .

words: $(READY)  ## compile the catalogue of the command line's own words
	@$(BIN)/pybabel -q compile -l zh_CN -i crawler/words/locale/zh_CN/LC_MESSAGES/wxmirror.po \
		-o crawler/words/locale/zh_CN/LC_MESSAGES/wxmirror.mo

lock: $(READY)  ## resolve the locked lists anew (needs uv)
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		pyproject.toml --extra postgres --extra qr -o requirements/runtime.txt
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		pyproject.toml --all-extras --group dev -c requirements/runtime.txt -o requirements/dev.txt

clean:
	rm -rf $(VENV) demo

$(VENV)/bin/python:
	@echo "Setting up .venv (once) …"
	@$(PYTHON) -m venv $(VENV)

$(READY): $(VENV)/bin/python requirements/dev.txt pyproject.toml
	@echo "Installing the locked packages (checked by hash) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

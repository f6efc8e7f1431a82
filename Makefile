# ENV is the name of an environment: a file in config/environments.
ENV ?= dev
PYTHON ?= python3

export DEPLOYMENT_ENV := $(ENV)
export TERRAFORM_BINARY_NAME ?= $(if $(shell command -v terraform),terraform,tofu)
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
# Without it, jsii prints eleven lines about the end of life of Node 20 before any error.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
# These tests run on the Python of the functions' runtime too.
FUNCTIONS_TESTS := tests/unit/lambda_src

help:  ## List the targets.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

check:  ## Check for Terraform, Node and Python.
	@$(PYTHON) requirements/check.py

setup: check .venv/.dev .venv-lambda/.done node_modules/.package-lock.json  ## Install what the commands need.

demo: check .venv/.dev .venv-lambda/.done  ## Deploy, roll and roll back on this machine, without an AWS account.
	@rollforward demo

# The local clouds of all tests write IAM's decisions into one folder; the last command reads them.
# Four workers on two cores: most of the time, a local test waits for Terraform's provider or for a roll.
test: export LOCALCLOUD_DECISIONS := $(CURDIR)/.build/decisions
test: setup .venv/.torch .venv-policy/.done .venv-toolkit/.done lint  ## Run every test.
	@[ ! -e .venv-lambda/.done ] || .venv-lambda/bin/python -m pytest -q -n 2 $(FUNCTIONS_TESTS)
	@rm -rf $(LOCALCLOUD_DECISIONS) && mkdir -p $(LOCALCLOUD_DECISIONS)
	pytest -n 2 --cov --cov-report= tests/unit tests/synth
	pytest -n 4 --dist loadfile --no-loadscope-reorder tests/local
	pytest tests/local/used.py

# Less than two minutes on two cores.
quick: lint  ## Run lint, and the unit and synth tests that are not slow.
	pytest -q -n 2 -m 'not slow' tests/unit tests/synth

lint: check .venv/.dev  ## Check style, types and which package imports which.
	ruff check .
	ruff format --check .
	mypy
	lint-imports

bench: check .venv/.dev  ## Measure the figures in the README.
	python -m benchmarks

recording: check .venv/.dev .venv-lambda/.done  ## Play the demo, and write the picture of it for the README.
	python -m rollforward.demo.recording docs/demo.svg

permissions: check .venv/.dev  ## Record again which permissions plan and apply need.
	python -m rollforward.operations.permissions

synth: check .venv/.dev  ## Synthesize the stacks of ENV as Terraform JSON.
	python main.py

plan: check .venv/.dev  ## Show what `make deploy` would change, stack by stack.
	rollforward plan --env $(ENV)

deploy: check .venv/.dev  ## Apply the stacks of ENV, and prove its endpoints.
	rollforward apply --env $(ENV)

# --skip-provider-lock: nobody commits the lock files in cdktf.out, so other platforms need no hashes in them.
destroy: setup  ## Destroy the stacks of ENV.
	cdktf destroy '*' --skip-provider-lock

.venv/.uv: requirements/uv.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

# The last line installs the command `rollforward`, which runs what is in this folder.
.venv/.dev: .venv/.uv requirements/dev.txt pyproject.toml
	.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements/dev.txt
	.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

# On the functions' Python. If this machine does not have it, the script says so, and the target stays undone.
.venv-lambda/.done: .venv/.uv requirements/lambda.txt
	@if python=$$($(PYTHON) requirements/lambda_python.py); then \
	  $$python -m venv --without-pip .venv-lambda && \
	  .venv/bin/uv pip install --quiet --python .venv-lambda/bin/python --require-hashes -r requirements/lambda.txt && \
	  touch $@; fi

# pip instead of uv: pip also finds a CPU build of torch on disk.
.venv/.torch: .venv/.dev requirements/torch.txt
	.venv/bin/pip install --quiet -r requirements/torch.txt
	@touch $@

# Apart from .venv: checkov needs other versions of boto3.
.venv-policy/.done: .venv/.uv requirements/policy.txt
	$(PYTHON) -m venv .venv-policy
	.venv/bin/uv pip install --quiet --python .venv-policy/bin/python --require-hashes -r requirements/policy.txt
	@touch $@

# Apart from .venv: AWS's handler needs an older transformers. It uses the torch of .venv, which takes 700 MB.
.venv-toolkit/.done: .venv/.torch requirements/toolkit.txt
	$(PYTHON) -m venv --without-pip .venv-toolkit
	.venv/bin/uv pip install --quiet --python .venv-toolkit/bin/python --require-hashes -r requirements/toolkit.txt
	SITE='import sysconfig; print(sysconfig.get_path("purelib"))'; \
	  .venv/bin/python -c "$$SITE" > "$$(.venv-toolkit/bin/python -c "$$SITE")/torch.pth"
	@touch $@

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

lock:  ## Write the hashed requirements again, from pyproject.toml.
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group dev -o requirements/dev.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-header --group pyproject.toml:lambda --constraint requirements/dev.txt -o requirements/lambda.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group pyproject.toml:policy -o requirements/policy.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group pyproject.toml:toolkit -o requirements/toolkit.txt

.PHONY: help check setup demo test quick lint bench recording permissions synth plan deploy destroy lock

# Short words for the long commands. ENV names the environment: a file in config/environments.
ENV ?= dev
PYTHON ?= python3

export DEPLOYMENT_ENV := $(ENV)
export TERRAFORM_BINARY_NAME ?= $(if $(shell command -v terraform),terraform,tofu)
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
# jsii tells that Node 20 is near its end in eleven lines, which would bury an error.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
# What lambda_src does: also tested on the Python of the functions' runtime.
FUNCTIONS_TESTS := tests/unit/lambda_src

help:  ## Show this.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

check:  ## Check for Terraform, Node and Python.
	@$(PYTHON) requirements/check.py

setup: check .venv/.dev .venv-lambda/.done node_modules/.package-lock.json  ## Install everything that registries have.

demo: check .venv/.dev .venv-lambda/.done  ## Play the whole story on this machine.
	@rollforward demo

# What IAM decided in all of the tests' local clouds: the last command reads it. Three workers on two cores, for
# half of a local test is waiting: for Terraform's provider, or for a roll.
test: export LOCALCLOUD_DECISIONS := $(CURDIR)/.build/decisions
test: setup .venv/.torch .venv-policy/.done .venv-toolkit/.done lint  ## Run every test.
	@[ ! -e .venv-lambda/.done ] || .venv-lambda/bin/python -m pytest -q -n 2 $(FUNCTIONS_TESTS)
	@rm -rf $(LOCALCLOUD_DECISIONS) && mkdir -p $(LOCALCLOUD_DECISIONS)
	pytest -n 3 --dist loadfile --no-loadscope-reorder --cov --cov-report=
	pytest tests/local/used.py

# Less than two minutes on two cores.
quick: lint  ## Run lint, and the unit and synth tests that are not slow.
	pytest -q -n 2 -m 'not slow' tests/unit tests/synth

lint: check .venv/.dev  ## Check style, types and the direction of imports.
	ruff check .
	ruff format --check .
	mypy
	lint-imports

bench: check .venv/.dev  ## Measure what the README quotes.
	python -m benchmarks

permissions: check .venv/.dev  ## Record anew what planning and applying needs.
	python -m rollforward.operations.permissions

synth: check .venv/.dev  ## Write the stacks of ENV as Terraform JSON.
	python main.py

plan: check .venv/.dev  ## Show what a deploy of ENV would change, stack by stack.
	rollforward plan --env $(ENV)

deploy: check .venv/.dev  ## Deploy ENV, and prove it.
	rollforward apply --env $(ENV)

# The lock files of cdktf.out are nobody's: locking them for other platforms only asks the registry.
destroy: setup  ## Destroy ENV.
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

# On the functions' Python, if this machine has it. If not, the first line of the recipe says so, each time.
.venv-lambda/.done: .venv/.uv requirements/lambda.txt
	@if python=$$($(PYTHON) requirements/lambda_python.py); then \
	  $$python -m venv --without-pip .venv-lambda && \
	  .venv/bin/uv pip install --quiet --python .venv-lambda/bin/python --require-hashes -r requirements/lambda.txt && \
	  touch $@; fi

# pip, not uv: it also finds a CPU build of torch that lies on disk.
.venv/.torch: .venv/.dev requirements/torch.txt
	.venv/bin/pip install --quiet -r requirements/torch.txt
	@touch $@

# An environment of its own: checkov wants other versions of boto3.
.venv-policy/.done: .venv/.uv requirements/policy.txt
	$(PYTHON) -m venv .venv-policy
	.venv/bin/uv pip install --quiet --python .venv-policy/bin/python --require-hashes -r requirements/policy.txt
	@touch $@

# An environment of its own: AWS's handler wants an older transformers. The torch, 700 MB, is the one of .venv.
.venv-toolkit/.done: .venv/.torch requirements/toolkit.txt
	$(PYTHON) -m venv --without-pip .venv-toolkit
	.venv/bin/uv pip install --quiet --python .venv-toolkit/bin/python --require-hashes -r requirements/toolkit.txt
	SITE='import sysconfig; print(sysconfig.get_path("purelib"))'; \
	  .venv/bin/python -c "$$SITE" > "$$(.venv-toolkit/bin/python -c "$$SITE")/torch.pth"
	@touch $@

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

lock:  ## Write the hashed requirements anew.
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group dev -o requirements/dev.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-header --group pyproject.toml:lambda --constraint requirements/dev.txt -o requirements/lambda.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group pyproject.toml:policy -o requirements/policy.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group pyproject.toml:toolkit -o requirements/toolkit.txt

.PHONY: help check setup demo test quick lint bench permissions synth plan deploy destroy lock

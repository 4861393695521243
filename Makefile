# Graincast. `make help` lists the targets.
#
# `make` builds into bin/, `make demo` shows it at work, `make test` proves it.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.PHONY: build app extension deps demo down test soak quality bench bench-full images install clean help

PG_CONFIG ?= $(firstword $(wildcard /usr/lib/postgresql/15/bin/pg_config) $(shell command -v pg_config))
APP       := bin/app
# On CI the lock files decide; at a desk a restore may write them.
RESTORE   := $(if $(CI),-p:RestoreLockedMode=true)
# Two builds of one checkout at once would write the same files.
ONE       := mkdir -p bin && flock --close bin/.lock

export DOTNET_CLI_TELEMETRY_OPTOUT = 1
export DOTNET_NOLOGO = 1
# A build server that outlives the build keeps its output open, and `make … | tee log` would never end.
export MSBUILDDISABLENODEREUSE = 1
export DOTNET_CLI_USE_MSBUILD_SERVER = 0
export UseSharedCompilation = false

build: deps ## Build bin/graincast (installs what is missing from Debian).
	@$(MAKE) --no-print-directory app extension

app:
	@echo "building the app"
	@$(ONE) dotnet publish silo/Silo.csproj --configuration Release --output $(APP) --verbosity quiet --tl:off $(RESTORE)
	@install -m 755 silo/Commands/graincast.sh bin/graincast

# Staged with its absolute paths, as `make install` would put it; the embedded server lays it over its private tree.
extension:
	@echo "building the extension for $$($(PG_CONFIG) --version)"
	@$(MAKE) --no-print-directory --silent -C silo/extension PG_CONFIG=$(PG_CONFIG) with_llvm=no
	@rm -rf bin/extension.new && mkdir -p bin/extension.new $(APP)
	@$(MAKE) --no-print-directory --silent -C silo/extension install PG_CONFIG=$(PG_CONFIG) with_llvm=no DESTDIR=$(CURDIR)/bin/extension.new >/dev/null
	@$(PG_CONFIG) > bin/extension.new/pg_config.txt
	@if diff --recursive --brief bin/extension.new $(APP)/extension >/dev/null 2>&1; then rm -rf bin/extension.new; \
	  else rm -rf $(APP)/extension && mv bin/extension.new $(APP)/extension; fi

deps: ## Install what is missing from Debian: PostgreSQL 15, its headers, a C compiler.
	@.ci/deps

demo: build ## Start everything, train five kinds of models in SQL, show what they predict. WORKERS=2: on a Citus cluster.
	@bin/graincast demo $(if $(WORKERS),--workers $(WORKERS))

down: ## Stop what `make demo` or `bin/graincast up` started.
	@if [ -x bin/graincast ]; then bin/graincast down; else echo "Nothing was built here."; fi

test: ## Run every test, C and .NET; the last line is "N passed, N failed".
	@tests/run

soak: ## The long forms of the tests: more mutations, more restarts, GRAINCAST_SOAK_MINUTES (30) of everything at once.
	@GRAINCAST_SOAK=1 tests/run

quality: ## Half an hour: fit every algorithm, scikit-learn's and xgboost's beside it, on every bundled set, and write tests/Quality.Tests/QUALITY.md; ONLY=perceptron does these rows.
	@.ci/deps quality
	@$(ONE) dotnet build tests/Quality.Tests --configuration Release --verbosity quiet --tl:off $(RESTORE)
	@GRAINCAST_REWRITE=1 tests/Quality.Tests/bin/Release/net10.0/Graincast.Quality.Tests -noLogo -noColor -explicit only

bench: ## The benchmarks in some minutes, each one question against one baseline; ONLY="row scan" runs these.
bench-full: SIZES := --full
bench-full: ## All of them, all sizes, and the plots: about an hour.
bench bench-full: build
	@.ci/deps bench
	@$(ONE) dotnet build tests/Benchmarks --configuration Release --verbosity quiet --tl:off $(RESTORE)
	@dotnet tests/Benchmarks/bin/Release/net10.0/Graincast.Benchmarks.dll $(ONLY) $(SIZES)

images: build ## Build the images that k8s/base names, by buildah or Docker. PREFIX=registry/name; RUNTIME=local: no registry is asked.
	@.ci/deps images
	@k8s/images/build.sh

install: ## Install the extension into a Postgres of your own: make install PG_CONFIG=/path/to/pg_config
	@$(MAKE) --no-print-directory -C silo/extension install PG_CONFIG=$(PG_CONFIG) with_llvm=no

clean: ## Remove what was built. A running Graincast keeps its own copy.
	@rm -rf bin contracts/bin contracts/obj contracts/Generator/bin contracts/Generator/obj grains/bin grains/obj silo/bin silo/obj tests/*/bin tests/*/obj tests/Samples/*/bin tests/Samples/*/obj
	@$(MAKE) --no-print-directory --silent -C silo/extension clean PG_CONFIG=$(PG_CONFIG) with_llvm=no

help: ## List the targets.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

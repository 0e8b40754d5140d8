# `make help` lists what can be done here. The right Node.js comes as the npm package `node`: the scripts of
# this file run with it, whatever version the machine has.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export NODE_NO_WARNINGS := 1

INSTALLED := node_modules/.installed
comma := ,

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(INSTALLED): package-lock.json package.json $(wildcard packages/*/package.json)
	@command -v npm >/dev/null || { echo 'npm is missing: install Node.js 20 or newer with npm' >&2; exit 1; }
	@echo 'installing packages'
	@npm ci --loglevel=error
	@touch $@

.PHONY: install
install: $(INSTALLED) ## the packages that everything here needs

.PHONY: demo
demo: $(INSTALLED) ## all of it on this machine: back up real data, damage it, restore it (KEEP=1: leave it running)
	@node packages/standalone/src/demo/main.ts $(if $(KEEP),--keep)

.PHONY: test
test: $(INSTALLED) ## unit and integration tests; says which program is missing where one is skipped
	@mkdir -p .build
	@vitest run --reporter=default --reporter=json --outputFile.json=.build/test.json

.PHONY: check
check: $(INSTALLED) ## types, lint and format, architecture, dead code, generated files, commit messages
	@tsc --noEmit
	@biome ci --error-on-warnings --colors=off .
	@node scripts/architecture/check.ts
	@knip --no-config-hints
	@node scripts/generate/main.ts --check
	@node scripts/release/check-commits.ts

.PHONY: generate
generate: $(INSTALLED) ## write the files that are made from sources, such as the CRDs
	@node scripts/generate/main.ts

.PHONY: format
format: $(INSTALLED) ## format the sources and mend what the linter can
	@biome check --write .

.PHONY: release
release: $(INSTALLED) ## check, test and tag a release: VERSION=v1.2.3 (DRY_RUN=1 or --dry-run: only print the notes)
	+@node scripts/release/main.ts '$(VERSION)' $(if $(DRY_RUN)$(findstring n,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),--dry-run)

.PHONY: e2e
e2e: $(INSTALLED) ## scenarios against a cluster: the embedded one, or the one of E2E_KUBECONFIG (docs/testing.md)
	@node scripts/e2e/main.ts $(SCENARIO)

.PHONY: bench
bench: $(INSTALLED) ## measure speed and memory: PART=client, server or controller for one; LARGE=1: 20 GiB through the client
	@$(if $(filter client,$(or $(PART),client)),node bench/client/bench.ts $(if $(LARGE),--mebibytes 20480 --data random$(comma)zeros --only backup-maker,--mebibytes $(or $(SIZE),1024)) --report docs/benchmarks.md)
	@$(if $(filter server,$(or $(PART),server)),node bench/server/upload.ts && node bench/server/listing.ts)
	@$(if $(filter controller,$(or $(PART),controller)),node bench/controller/scheduled-backups.ts)

.PHONY: binaries
binaries: $(INSTALLED) ## the programs as executables that need no Node.js, in .build/binaries (ONLY=NAME: one of them)
	@node scripts/binaries/build.ts $(addprefix --only ,$(ONLY))

.PHONY: npm
npm: $(INSTALLED) ## the programs of the client as a package for npm, in .build/npm
	@node scripts/npm/build.ts

.PHONY: charts
charts: ## the Helm charts as archives in .build/charts
	@mkdir -p .build/charts
	@helm package charts/backup-repository-server charts/backup-maker-controller --destination .build/charts

.PHONY: publish
publish: $(INSTALLED) ## images, charts and files of the release that was built and tagged (DRY_RUN=1: only print the commands)
	@node scripts/publish/main.ts $(if $(DRY_RUN),--dry-run)

IMAGES := backup-repository backup-maker-controller backup-maker

.PHONY: images
images: ## container images in .build/images, with buildah, as root (NAME: one of them; BASE, CLIENT_BASE: other bases)
	@$(MAKE) binaries ONLY='$(or $(NAME),$(IMAGES))'
	@images/build.sh $(or $(NAME),$(IMAGES))

.PHONY: package
package: binaries ## packages for Debian and RPM systems, in .build/packages (needs nfpm, see .ci/go-tools.txt)
	@node scripts/packages/build.ts

.PHONY: test-packages
test-packages: binaries ## install, use, upgrade and remove the Debian packages in a bare Debian
	@scripts/packages/test/main.sh .build/binaries || [ $$? = 77 ]

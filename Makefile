# The front door. Every target brings its own Node.js, pnpm and dependencies (tooling/bootstrap, tooling/prepare), each
# only when something is missing or has changed. Recipes `exec` their program, so that a signal reaches it directly.

READY = exec tooling/with-toolchain tooling/prepare
NODE = node --conditions=@arlen/source --enable-source-maps

.POSIX:
.PHONY: help run dev test check matrix image bench perf perf-baseline perf-proof stress mutation compatibility release-rehearsal deploy-rehearsal machine site surface build format lint clean

help:
	@echo 'make run      start the example shop at http://127.0.0.1:3000 on a database of its own (PORT, HOST, DATABASE_URL)'
	@echo 'make dev      the same under the development server, rebuilt on every save'
	@echo 'make test     the fast tests (WHAT=packages/router for a part of them)'
	@echo 'make check    everything a change must pass: format, lint, types, build, all tests, packages, benchmarks'
	@echo 'make matrix   what users install, with every supported Node.js, npm and pnpm (MATRIX=24.13.0,npm for one of them)'
	@echo 'make image    build the images of the guides and of new applications, and run them (Debian, as root)'
	@echo 'make bench    measure against node:http, Fastify and Hono (WHAT=router for one of benchmarks/micro)'
	@echo 'make perf     measure this commit beside the baseline until every answer is clear (WHAT=hello, BASELINE=<commit>)'
	@echo 'make perf-baseline  make this commit the baseline (REASON="why the figures may change")'
	@echo 'make perf-proof     gather runs that prove what the gate finds, in pieces (MINUTES=30)'
	@echo 'make stress   one bounded stress test for each part (WHAT=parser)'
	@echo 'make mutation how many small faults the tests notice (WHAT="--seed 2 --package router")'
	@echo 'make compatibility  real frameworks from npm under propane (WHAT="Express Nuxt")'
	@echo 'make release-rehearsal  a whole release, tried on a registry of this machine'
	@echo 'make deploy-rehearsal  three machines, rolled out and back under load while things go wrong (ROUNDS=10)'
	@echo 'make machine  the guide to one machine and its incidents, step by step on a Debian (Debian, as root)'
	@echo 'make site     build the documentation as a site and serve it at http://127.0.0.1:4173 (PORT)'
	@echo 'make surface  rewrite packages/*/api.md, the reports of what each package exports'
	@echo 'make build    compile every package to its dist/'
	@echo 'make format   rewrite the sources in the house format'
	@echo 'make lint     check format and lint only'
	@echo 'make clean    remove what was built and installed; the shop'"'"'s data stays'

run:
	@$(READY) --build $(NODE) tooling/run.ts

dev:
	@$(READY) --build $(NODE) tooling/dev.ts

test:
	@$(READY) $(NODE) tooling/test.ts $(WHAT)

check:
	@$(READY) $(NODE) tooling/check.ts

matrix:
	@MATRIX=$${MATRIX:-all} $(READY) --build $(NODE) tooling/published/run.ts

image:
	@$(READY) --build $(NODE) tooling/images/run.ts $(WHAT)

bench:
	@$(READY) --build node --enable-source-maps benchmarks/run.ts $(WHAT)

perf:
	@$(READY) --build node --enable-source-maps tooling/perf/run.ts $(WHAT)

perf-baseline:
	@$(READY) --build node --enable-source-maps tooling/perf/record.ts

perf-proof:
	@$(READY) --build node --enable-source-maps tooling/perf/proof.ts --minutes $${MINUTES:-30}

stress:
	@$(READY) $(NODE) tooling/stress/run.ts $(WHAT)

mutation:
	@$(READY) $(NODE) tooling/mutation/run.ts $(WHAT)

compatibility:
	@$(READY) $(NODE) tooling/compatibility/run.ts $(WHAT)

release-rehearsal:
	@$(READY) $(NODE) tooling/release/rehearse.ts

deploy-rehearsal:
	@$(READY) --build $(NODE) packages/release/test/rehearsal/rehearse.ts

machine:
	@$(READY) --build $(NODE) tooling/machine/run.ts

site:
	@$(READY) $(NODE) tooling/site/serve.ts

surface:
	@$(READY) $(NODE) tooling/surface.ts

build:
	@$(READY) --build

format:
	@$(READY) node_modules/.bin/biome check --write .

lint:
	@$(READY) pnpm lint

clean:
	@rm -rf node_modules packages/*/node_modules apps/*/node_modules benchmarks/node_modules packages/*/dist apps/*/dist .toolchain

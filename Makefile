.DEFAULT_GOAL := help

# The race detector needs a C compiler; without one the tests run all the same.
RACE := $(shell command -v $$(go env CC 2>/dev/null) >/dev/null 2>&1 && echo -race)

# Tests of large amounts and of memory run without it: it multiplies both by ten.
VOLUME := TwentyThousand|LittleMemory|NoMoreMemory|ThousandsOf|LongList

# Packages whose tests do one thing after the other, very many times: nothing could race.
ALONE := ent/rule internal/demo internal/pdf internal/psp/stripe

help:       ## list the targets
	@awk -F':.*## ' '/^[a-z0-9]+:.*## /{printf "  %-10s %s\n",$$1,$$2}' $(MAKEFILE_LIST)
run:        ## serve the page and the API with demonstration data, on 127.0.0.1:8080
	@command -v go >/dev/null || { echo "make run needs Go 1.26: see https://go.dev/dl"; exit 1; }
	@go run ./server serve --demo
build:      ## build bin/kartela
	go build -trimpath -o bin/kartela ./server
test:       ## all Go tests on SQLite and PostgreSQL, with the race detector where there is a C compiler
	@command -v go >/dev/null || { echo "make test needs Go 1.26: see https://go.dev/dl"; exit 1; }
	@go run ./internal/dbtest/with -- sh -c '\
	  go test $(RACE) -skip "$(VOLUME)" $$(go list ./... | grep -v $(ALONE:%=-e /%$$)) && \
	  go test $(ALONE:%=./%) && go test -run "$(VOLUME)" ./contact/... ./internal/sheet'
e2e:        ## the page and the protocols, in Chromium and from Node (needs npm and Chromium)
	cd e2e && npm ci --no-audit --no-fund && node run.mjs
workload:   ## 100,000 random operations of money by 32 at once on each database, verified
	go run ./internal/dbtest/with -- go test -timeout 4h -v -run TestRandomWorkKeepsEveryAmountRight ./payment -workers 32 -operations 3125
bench:      ## speed next to hand-written handlers on PostgreSQL, as ratios
	go run ./internal/dbtest/with -durable -- go run ./bench
	go run ./internal/dbtest/with -durable -- go run ./bench import
	go run ./internal/dbtest/with -durable -- go run ./bench merge
	go run ./internal/dbtest/with -durable -- go run ./bench payments
lint:       ## formatting, vet and the named rules of .golangci.yml
	go tool -modfile=tools/go.mod golangci-lint run
generate:   ## ent, then gqlgen, then the page's types
	go generate ./ent ./graph
migration:  ## write the next migration of both dialects: make migration name=add_projects
	go run ./internal/dbtest/with -- go run ./internal/db/diff $(name)
web:        ## check, test and build the page and GraphiQL into their dist folders (needs npm)
	cd server/web && npm ci --no-audit --no-fund && npm run generate && npm run check && npm test && npm run build
	cd server/graphiql && npm ci --no-audit --no-fund && npm run build
check:      ## what must be current and clean: generated code, built pages, lint
	@./.ci/check
.PHONY: help run build test e2e workload bench lint generate migration web check

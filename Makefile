.DEFAULT_GOAL := help

PAGES := server/web server/graphiql

help:       ## list the targets
	@awk -F':.*## ' '/^[a-z0-9]+:.*## /{printf "  %-10s %s\n",$$1,$$2}' $(MAKEFILE_LIST)
run:        ## serve the page and the API with demonstration data, on 127.0.0.1:8080
	@go run ./server serve --demo
build:      ## build bin/kartela
	go build -trimpath -o bin/kartela ./server
test:       ## all Go tests on SQLite and PostgreSQL, race detector on
	@go run ./internal/dbtest/with -- go test -race ./...
e2e:        ## the page and the protocols, in Chromium and from Node (needs npm and Chromium)
	cd e2e && npm ci --no-audit --no-fund && node run.mjs
bench:      ## speed next to hand-written handlers on PostgreSQL, as ratios
	go run ./internal/dbtest/with -durable -- go run ./bench
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
.PHONY: help run build test e2e bench lint generate migration web check

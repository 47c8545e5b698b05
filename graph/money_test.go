package graph_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/uuid"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/graph"
	"github.com/kartela/kartela/viewer"
)

// totals asks the schema, with or without graph.Money, what lines come to.
func totals(t *testing.T, around bool, currency, selection string) string {
	t.Helper()
	exec := executor.New(graph.Schema(&graph.Resolver{Documents: &document.Service{Now: time.Now}}))
	if around {
		exec.AroundFields(graph.Money)
	}
	ctx := viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Staff, Organization: uuid.New(), User: uuid.New(), Role: viewer.Owner})
	ctx = graphql.StartOperationTrace(ctx)
	query := `{ computeTotals(input: {currency: "` + currency + `", lines: [` +
		`{title: "a", quantity: "3", unitPrice: "7", taxes: [{rate: "24"}]}, {title: "b", quantity: "-1", unitPrice: "5"}]}) {` + selection + `} }`
	if strings.Contains(selection, "...amounts") {
		query += ` fragment amounts on Money { currency amount }`
	}
	op, list := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: query})
	if list != nil {
		t.Fatal(list)
	}
	responses, ctx := exec.DispatchOperation(ctx, op)
	r := responses(ctx)
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	return string(r.Data)
}

func TestMoneyIsAnsweredAsTheExecutorDoes(t *testing.T) {
	for name, selection := range map[string]string{
		"both":                 `net { amount currency }`,
		"the other way round":  `net { currency amount }`,
		"one":                  `total { amount }`,
		"by other names":       `net { a: amount b: currency amount }`,
		"twice":                `net { amount } net { currency amount }`,
		"its type":             `vat { __typename amount t: __typename }`,
		"only its type":        `vat { __typename }`,
		"a fragment":           `net { ...amounts } payable { amount ...amounts }`,
		"an inline fragment":   `net { ... on Money { amount } ... { currency } }`,
		"left out":             `net { amount @skip(if: true) currency }`,
		"put in":               `net { amount @include(if: true) currency }`,
		"nothing left":         `net { amount @skip(if: true) }`,
		"in a list":            `lines { amount currency }`,
		"within another":       `taxes { base { amount } amount { amount currency } rate }`,
		"several under others": `x: net { amount } y: withholding { amount currency }`,
	} {
		t.Run(name, func(t *testing.T) {
			for _, currency := range []string{"EUR", "JPY", "KWD"} {
				want, got := totals(t, false, currency, selection), totals(t, true, currency, selection)
				if got != want {
					t.Errorf("%s: %s, not %s", currency, got, want)
				}
			}
		})
	}
}

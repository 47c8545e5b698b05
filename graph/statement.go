package graph

import (
	"context"

	"github.com/kartela/kartela/statement"
)

func (q query) Statement(ctx context.Context, in statement.Input) (*statement.Statement, error) {
	return q.Statements.For(ctx, in)
}

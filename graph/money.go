package graph

import (
	"bytes"
	"context"
	"io"

	"github.com/99designs/gqlgen/graphql"

	"github.com/kartela/kartela/money"
)

var moneyType = []string{"Money"}

// Money answers a field of type Money as a whole, in the place of the executor, which makes
// a dozen objects for each of an amount's two fields: amounts are more than half of the
// objects of most answers. The answer is the same.
func Money(ctx context.Context, next graphql.Resolver) (any, error) {
	answer, err := next(ctx)
	m, ok := answer.(money.Money)
	if !ok || err != nil {
		return answer, err
	}
	fields := graphql.CollectFields(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field.Selections, moneyType)
	out := bytes.NewBuffer(make([]byte, 0, 48))
	out.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('"')
		out.WriteString(f.Alias)
		out.WriteString(`":`)
		switch f.Name {
		case "amount":
			m.Amount().MarshalGQL(out)
		case "currency":
			m.Currency.MarshalGQL(out)
		case "__typename":
			out.WriteString(`"Money"`)
		default:
			return answer, nil // a field that the type has got since
		}
	}
	out.WriteByte('}')
	return written(out.Bytes()), nil
}

// written is JSON that only needs to be copied.
type written []byte

// MarshalGQL copies it.
func (b written) MarshalGQL(w io.Writer) { _, _ = w.Write(b) }

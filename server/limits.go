package main

import (
	"context"

	"github.com/99designs/gqlgen/complexity"
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/kartela/kartela/fault"
)

// limits bound what one request may ask for. They hold before a request is validated,
// because validation itself costs seconds for a few hundred bytes of nested fragments;
// only the cost by page sizes, which needs types, is held after it. All hold before any SQL.
type limits struct {
	Body     int64 // bytes of a request without files
	File     int64 // bytes of a multipart request, its file included
	Tokens   int   // of the query's text
	Depth    int   // of fields within fields; introspection may go a little deeper
	Fields   int   // of the query with its fragments written out
	Aliases  int   // of the query as it is written
	Cost     int   // one per field, times the size of each page and list around it
	Batch    int   // mutations in one request
	CacheLen int   // bytes of the longest query that is kept parsed
}

var defaultLimits = limits{
	Body: 1 << 20, File: 65 << 20, Tokens: 10_000, Depth: 15, Fields: 2_000, Aliases: 200,
	Cost: 100_000, Batch: 20, CacheLen: 16 << 10,
}

// introspectionDepth is how much deeper than other queries the standard introspection
// query goes: GraphiQL's follows ofType nine times.
const introspectionDepth = 5

// limiter is the executor's extension that holds the limits.
type limiter struct {
	limits
	known graphql.Cache[*ast.QueryDocument] // documents that passed, by their text
	es    graphql.ExecutableSchema
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
} = (*limiter)(nil)

// ExtensionName names the extension for the executor.
func (*limiter) ExtensionName() string { return "Limits" }

// Validate keeps the schema, for the cost.
func (l *limiter) Validate(es graphql.ExecutableSchema) error {
	l.es = es
	return nil
}

// MutateOperationParameters refuses a text that is over a limit before it is validated.
func (l *limiter) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if _, ok := l.known.Get(ctx, params.Query); ok {
		return nil
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: params.Query}, l.Tokens)
	if err != nil {
		return nil //nolint:nilerr // the executor parses with the same limit and tells of it
	}
	return l.measure(doc)
}

// MutateOperationContext refuses an operation that costs too much with these variables.
func (l *limiter) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if n := len(op.Operation.SelectionSet); op.Operation.Operation == ast.Mutation && n > l.Batch {
		return tooLarge("A request holds at most %d mutations.", l.Batch)
	}
	if cost := complexity.Calculate(ctx, l.es, op.Operation, op.Variables); cost > l.Cost || cost < 0 {
		return tooLarge("The query costs %d, the most is %d: ask for smaller pages or fewer fields.", cost, l.Cost)
	}
	return nil
}

func tooLarge(text string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf(text, args...)
	err.Extensions = map[string]any{"code": string(fault.TooLarge)}
	return err
}

// measure holds depth, fields and aliases, with every fragment measured once.
func (l *limiter) measure(doc *ast.QueryDocument) *gqlerror.Error {
	m := measurer{limits: l.limits, fragments: map[string]*ast.FragmentDefinition{}, done: map[string]size{}}
	for _, f := range doc.Fragments {
		m.fragments[f.Name] = f
	}
	for _, f := range doc.Fragments {
		m.fragment(f.Name)
	}
	for _, op := range doc.Operations {
		s := m.set(op.SelectionSet)
		switch {
		case s.depth > l.Depth:
			return tooLarge("The query is deeper than %d fields.", l.Depth)
		case s.introspection > l.Depth+introspectionDepth:
			return tooLarge("The query is deeper than %d fields.", l.Depth+introspectionDepth)
		case s.fields > l.Fields:
			return tooLarge("The query has over %d fields, fragments written out.", l.Fields)
		}
	}
	if m.aliases > l.Aliases {
		return tooLarge("The query has over %d aliases.", l.Aliases)
	}
	return nil
}

// size is how deep and how large a selection is.
type size struct{ depth, introspection, fields int }

func (s size) with(o size) size {
	// Kept below what could overflow: a query this large is refused in any case.
	const most = 1 << 30
	return size{max(s.depth, o.depth), max(s.introspection, o.introspection), min(s.fields+o.fields, most)}
}

type measurer struct {
	limits
	fragments map[string]*ast.FragmentDefinition
	done      map[string]size
	aliases   int
}

// fragment measures a fragment once. While it is being measured it counts as empty, so
// that one that spreads itself, which validation refuses, ends here too.
func (m *measurer) fragment(name string) size {
	if s, ok := m.done[name]; ok {
		return s
	}
	f := m.fragments[name]
	if f == nil {
		return size{}
	}
	m.done[name] = size{}
	s := m.set(f.SelectionSet)
	m.done[name] = s
	return s
}

func (m *measurer) set(selections ast.SelectionSet) (total size) {
	for _, s := range selections {
		switch s := s.(type) {
		case *ast.Field:
			total = total.with(m.field(s))
		case *ast.InlineFragment:
			total = total.with(m.set(s.SelectionSet))
		case *ast.FragmentSpread:
			total = total.with(m.fragment(s.Name))
		}
	}
	return total
}

func (m *measurer) field(f *ast.Field) size {
	if f.Alias != "" && f.Alias != f.Name {
		m.aliases++
	}
	s := m.set(f.SelectionSet)
	s.fields++
	if f.Name == "__schema" || f.Name == "__type" {
		return size{introspection: s.depth + 1, fields: s.fields}
	}
	s.depth++
	if s.introspection > 0 {
		s.introspection++
	}
	return s
}

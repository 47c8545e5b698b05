package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/kartela/kartela/fault"
)

// PresentError is the only place where an error becomes GraphQL: extensions.code is the
// fault's code and extensions.field the input field at fault. Several faults become several
// errors. What is no fault is logged, and told as INTERNAL with a fixed text.
func PresentError(ctx context.Context, err error) *gqlerror.Error {
	out := graphql.DefaultErrorPresenter(ctx, err)
	if out.Err == nil {
		return out // the executor's own: syntax, validation, limits
	}
	all, ok := fault.All(err)
	if !ok {
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			slog.DebugContext(ctx, "request given up", "path", out.Path.String())
		} else {
			slog.ErrorContext(ctx, "request failed", "err", err, "path", out.Path.String())
		}
		all = []*fault.Error{fault.From(err)}
	}
	last := len(all) - 1
	for _, f := range all[:last] {
		graphql.AddError(ctx, &gqlerror.Error{Err: f, Message: f.Text, Path: out.Path, Locations: out.Locations})
	}
	return present(ctx, out, all[last])
}

func present(ctx context.Context, at *gqlerror.Error, f *fault.Error) *gqlerror.Error {
	out := &gqlerror.Error{Err: f, Message: f.Text, Path: at.Path, Locations: at.Locations,
		Extensions: map[string]any{"code": string(f.Code)}}
	inArgument := argumentPath(ctx, at.Path)
	field := f.Field
	if inArgument != "" {
		// A scalar that could not be read knows no field: the path of the argument tells it.
		field = strings.TrimSuffix(inArgument+"."+field, ".")
		out.Path = graphql.GetPath(ctx)
	}
	if field != "" {
		out.Extensions["field"] = field
	}
	if f.Current != nil {
		out.Extensions["current"] = f.Current
	}
	return out
}

// argumentPath is the part of an error's path that lies in the field's arguments, as the
// API spells input fields: without "input", lists by their index. It is "" for an error of
// the field itself.
func argumentPath(ctx context.Context, path ast.Path) string {
	fc := graphql.GetFieldContext(ctx)
	if fc == nil {
		return ""
	}
	own := fc.Path()
	if len(path) <= len(own) {
		return ""
	}
	var parts []string
	for i, p := range path[len(own):] {
		if i == 0 && p == ast.PathName("input") {
			continue
		}
		parts = append(parts, fmt.Sprint(p))
	}
	return strings.Join(parts, ".")
}

// Recover logs a panic with where it happened; the person is told INTERNAL.
func Recover(ctx context.Context, cause any) error {
	slog.ErrorContext(ctx, "panic in a resolver", "cause", cause, "stack", string(debug.Stack()))
	return fmt.Errorf("graph: panic: %v", cause)
}

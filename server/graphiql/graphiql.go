// Package graphiql holds GraphiQL, the browser's workbench for the API, with all of its
// files: nothing is loaded from elsewhere. `npm run build` in this folder makes dist,
// which is committed.
package graphiql

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/kartela/kartela/server/web"
)

//go:embed all:dist
var embedded embed.FS

// Path is where Handler must be mounted, with and without a slash at its end: the built
// files name each other by it.
const Path = "/graphiql"

// Policy is the Content-Security-Policy of GraphiQL. Unlike the page, its editor makes
// style elements of its own and draws with small data: images.
const Policy = "default-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Handler serves GraphiQL under Path, as web.NewHandler does.
func Handler() http.Handler {
	dist, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic(err) // the embedded files are part of the program
	}
	h, err := web.NewHandler(dist, Policy)
	if err != nil {
		panic(err)
	}
	return http.StripPrefix(Path, h)
}

// Package web holds the page: its Vite sources, the built files in dist, and the handler
// that serves them. It knows nothing of the API beyond the addresses that the page calls.
//
// `npm run build` in this folder makes dist, which is committed so that building the
// server needs nothing but Go.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var embedded embed.FS

// Dist is the built page: index.html, the hashed files under assets/, and next to every
// file that shrinks its gzip as NAME.gz.
var Dist = sub(embedded, "dist")

// sub is fs.Sub for a folder that the build has put there: a failure is a fault of the
// program, not of its input.
func sub(files fs.FS, folder string) fs.FS {
	inside, err := fs.Sub(files, folder)
	if err != nil {
		panic(err)
	}
	return inside
}

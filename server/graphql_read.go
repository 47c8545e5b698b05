package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/kartela/kartela/fault"
)

// badRequest is a request that is no GraphQL request, with the status it is answered with.
type badRequest struct {
	status int
	fault  *fault.Error
}

func (b badRequest) Error() string { return b.fault.Error() }
func (b badRequest) Unwrap() error { return b.fault }

func malformed(text string, args ...any) error {
	return badRequest{http.StatusBadRequest, fault.New(fault.Invalid, "", text, args...)}
}

// readQuery reads the parameters of a GET.
func readQuery(r *http.Request) (*graphql.RawParams, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, malformed("The address's query cannot be read.")
	}
	p := &graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName")}
	for name, to := range map[string]*map[string]any{"variables": &p.Variables, "extensions": &p.Extensions} {
		if text := values.Get(name); text != "" {
			if err := decode([]byte(text), to); err != nil {
				return nil, malformed("%s is not a JSON object.", name)
			}
		}
	}
	return p, nil
}

// readJSON reads the parameters of a POST. What cannot be read is never quoted back: it may
// hold a password.
func readJSON(r *http.Request) (*graphql.RawParams, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, unread(err)
	}
	return readParams(body)
}

func readParams(body []byte) (*graphql.RawParams, error) {
	var in struct {
		Query         *string        `json:"query"`
		OperationName *string        `json:"operationName"`
		Variables     map[string]any `json:"variables"`
		Extensions    map[string]any `json:"extensions"`
	}
	if err := decode(body, &in); err != nil {
		return nil, malformed("The body is not a GraphQL request: a JSON object with query, and optionally operationName, variables and extensions.")
	}
	p := &graphql.RawParams{Variables: in.Variables, Extensions: in.Extensions}
	if in.Query != nil {
		p.Query = *in.Query
	}
	if in.OperationName != nil {
		p.OperationName = *in.OperationName
	}
	return p, nil
}

// decode reads one JSON value, numbers digit by digit, and nothing after it.
func decode(body []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// unread tells of a body that could not be read whole.
func unread(err error) error {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return badRequest{http.StatusRequestEntityTooLarge, fault.New(fault.TooLarge, "", "The request is larger than %d bytes.", over.Limit)}
	}
	return malformed("The request could not be read.")
}

const maxFiles = 10 // in one request

// readForm reads a request with files (GraphQL multipart request specification): the part
// operations, the part map, then the files, which are kept on disk until release.
func readForm(r *http.Request, l limits) (_ *graphql.RawParams, release func(), _ error) {
	var files []*os.File
	release = func() {
		for _, f := range files {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}
	done := false
	defer func() {
		if !done { // a fault, or a panic
			release()
			release = func() {}
		}
	}()
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, release, malformed("The body is not multipart/form-data.")
	}
	operations, err := field(parts, "operations", l.Body)
	if err != nil {
		return nil, release, err
	}
	params, err := readParams(operations)
	if err != nil {
		return nil, release, err
	}
	raw, err := field(parts, "map", l.Body)
	if err != nil {
		return nil, release, err
	}
	var places map[string][]string
	if err := decode(raw, &places); err != nil || len(places) > maxFiles {
		return nil, release, malformed("The part map names where each of at most %d files goes: {\"0\": [\"variables.input.file\"]}.", maxFiles)
	}
	for range places {
		f, err := file(parts, params, places)
		if f != nil {
			files = append(files, f)
		}
		if err != nil {
			return nil, release, err
		}
	}
	if len(places) > 0 {
		return nil, release, malformed("There is no file for %q.", slices.Sorted(maps.Keys(places))[0])
	}
	done = true
	return params, release, nil
}

func field(parts *multipart.Reader, name string, limit int64) ([]byte, error) {
	part, err := parts.NextPart()
	if err != nil {
		return nil, unread(err)
	}
	if part.FormName() != name {
		return nil, malformed("The parts are operations, map, then the files: %s is missing.", name)
	}
	raw, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err != nil {
		return nil, unread(err)
	}
	if int64(len(raw)) > limit {
		return nil, unread(&http.MaxBytesError{Limit: limit})
	}
	return raw, nil
}

// file keeps the next file and puts it into the variables where the map says.
func file(parts *multipart.Reader, params *graphql.RawParams, places map[string][]string) (*os.File, error) {
	part, err := parts.NextPart()
	if errors.Is(err, io.EOF) {
		return nil, malformed("There is no file for %q.", slices.Sorted(maps.Keys(places))[0])
	}
	if err != nil {
		return nil, unread(err)
	}
	name := part.FormName()
	paths, ok := places[name]
	if !ok || len(paths) != 1 {
		return nil, malformed("The part map gives the file %q one place.", name)
	}
	delete(places, name)
	f, err := os.CreateTemp("", "kartela-upload-")
	if err != nil {
		return nil, fmt.Errorf("server: keep an upload: %w", err)
	}
	n, err := io.Copy(f, part)
	if err != nil {
		return f, unread(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return f, fmt.Errorf("server: keep an upload: %w", err)
	}
	upload := graphql.Upload{File: f, Filename: part.FileName(), Size: n, ContentType: part.Header.Get("Content-Type")}
	if names := strings.Split(paths[0], "."); names[0] != "variables" || len(names) < 2 || !putFile(params.Variables, names[1:], upload) {
		return f, malformed("The place of the file %q is not in the variables, or not null there.", name)
	}
	return f, nil
}

// putFile puts a file where the path leads, in the place of a null.
func putFile(in any, path []string, upload graphql.Upload) bool {
	switch in := in.(type) {
	case map[string]any:
		at, ok := in[path[0]]
		if ok && at == nil && len(path) == 1 {
			in[path[0]] = upload
			return true
		}
		return len(path) > 1 && putFile(at, path[1:], upload)
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i >= len(in) {
			return false
		}
		if in[i] == nil && len(path) == 1 {
			in[i] = upload
			return true
		}
		return len(path) > 1 && putFile(in[i], path[1:], upload)
	}
	return false
}

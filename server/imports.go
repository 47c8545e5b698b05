package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact/imports"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// upload answers POST /imports, for tools: a file of contacts as the body, or as the first
// file of a form. Its name is that of the form, the parameter name, or Content-Disposition.
// With ?run=true it is imported as it is understood. The answer is the import.
func (a *app) upload(w http.ResponseWriter, r *http.Request) {
	private(w)
	to := answer{w, mediaJSON}
	ctx, err := a.door.enter(w, r)
	if err == nil {
		_, err = viewer.RequireStaff(ctx, viewer.EditContacts) // before a byte of the file is taken
	}
	if err != nil {
		to.denied(ctx, err)
		return
	}
	patience := http.NewResponseController(w)
	_ = patience.SetReadDeadline(time.Now().Add(bodyPatience)) // not every writer has one
	r.Body = http.MaxBytesReader(w, r.Body, defaultLimits.File)
	name, content, err := uploaded(r)
	if err != nil {
		to.denied(ctx, badBody(err))
		return
	}
	defer func() {
		_ = content.Close()
		_ = os.Remove(content.Name()) //nolint:gosec // a file that os.CreateTemp named
	}()
	_ = patience.SetReadDeadline(time.Time{})
	once, err := keyed(ctx, r, name, content)
	if err != nil {
		to.denied(ctx, err)
		return
	}
	i, err := a.graph.Imports.Upload(once, imports.UploadInput{Name: name, File: content})
	if err == nil && r.URL.Query().Get("run") == "true" && i.Fresh() { // a repeat may have run already
		i, err = a.graph.Imports.Run(ctx, imports.IDInput{ID: i.ID})
	}
	if err != nil {
		to.denied(ctx, err)
		return
	}
	a.showImport(ctx, w, i)
}

// uploaded takes the file out of a request, onto the disk: a slow sender holds nothing else.
func uploaded(r *http.Request) (name string, content *os.File, err error) {
	var body io.Reader = r.Body
	name = r.URL.Query().Get("name")
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if media == mediaForm {
		part, err := firstFile(r)
		if err != nil {
			return "", nil, err
		}
		if body = part; name == "" {
			name = part.FileName()
		}
	} else if _, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil && name == "" {
		name = parameters["filename"]
	}
	content, err = os.CreateTemp("", "kartela-upload-")
	if err != nil {
		return "", nil, err
	}
	if _, err = io.Copy(content, body); err == nil {
		_, err = content.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = content.Close()
		_ = os.Remove(content.Name())
		return "", nil, err
	}
	return name, content, nil
}

func firstFile(r *http.Request) (*multipart.Part, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Invalid, "", "The body is not multipart/form-data.")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, fault.New(fault.Invalid, "file", "The form has no file.")
		}
		if err != nil || part.FileName() != "" {
			return part, err
		}
	}
}

// badBody tells what is wrong with a body from failures of ours.
func badBody(err error) error {
	var over *http.MaxBytesError
	var path *os.PathError
	switch _, ok := fault.All(err); {
	case ok, errors.As(err, &path):
		return err
	case errors.As(err, &over):
		return fault.New(fault.TooLarge, "file", "The request is larger than %d bytes.", over.Limit)
	}
	return fault.New(fault.Invalid, "", "The request could not be read.")
}

const maxIdempotencyKey = 200 // characters

// keyed puts the header Idempotency-Key into the context, for the file with its name.
func keyed(ctx context.Context, r *http.Request, name string, content io.ReadSeeker) (context.Context, error) {
	keys, ok := r.Header["Idempotency-Key"]
	if !ok {
		return ctx, nil
	}
	if n := utf8.RuneCountInString(keys[0]); n == 0 || n > maxIdempotencyKey || !utf8.ValidString(keys[0]) {
		return ctx, fault.New(fault.Invalid, "idempotencyKey", "A key has 1 to %d characters.", maxIdempotencyKey)
	}
	sum := sha256.New()
	_, _ = io.WriteString(sum, "POST /imports\x00"+name+"\x00")
	if _, err := io.Copy(sum, content); err != nil {
		return ctx, err
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return ctx, err
	}
	return db.WithRequest(ctx, db.Request{Key: keys[0], Hash: [sha256.Size]byte(sum.Sum(nil))}), nil
}

// importAnswer is an import as JSON.
type importAnswer struct {
	ID          uuid.UUID         `json:"id"`
	Status      string            `json:"status"`
	Version     int               `json:"version"`
	FileName    string            `json:"fileName"`
	Rows        *int              `json:"rows"`
	Position    int               `json:"position"`
	Created     int               `json:"created"`
	Updated     int               `json:"updated"`
	Skipped     int               `json:"skipped"`
	Rejected    int               `json:"rejected"`
	Error       string            `json:"error"`
	RejectedURL *string           `json:"rejectedUrl"`
	Settings    settingsAnswer    `json:"settings"`
	Preview     []importRowAnswer `json:"preview"`
}

type settingsAnswer struct {
	Format    string            `json:"format"`
	FileType  string            `json:"fileType"`
	Encoding  *imports.Encoding `json:"encoding"`
	Separator string            `json:"separator"`
	Sheets    []string          `json:"sheets"`
	Sheet     string            `json:"sheet"`
	HeaderRow int               `json:"headerRow"`
	Columns   []columnAnswer    `json:"columns"`
	MatchBy   []imports.Match   `json:"matchBy"`
	Existing  imports.Existing  `json:"existing"`
}

type columnAnswer struct {
	Index  int     `json:"index"`
	Header string  `json:"header"`
	Field  *string `json:"field"`
}

type importRowAnswer struct {
	Line  int      `json:"line"`
	Cells []string `json:"cells"`
}

// showImport writes an import.
func (a *app) showImport(ctx context.Context, w http.ResponseWriter, i *imports.ContactImport) {
	to := answer{w, mediaJSON}
	set, err := i.Settings()
	if err != nil {
		to.denied(ctx, err)
		return
	}
	preview, err := i.Preview(ctx)
	if err != nil {
		to.denied(ctx, err)
		return
	}
	out := importAnswer{ID: i.ID, Status: strings.ToUpper(string(i.Status)), Version: i.Version, FileName: i.FileName, Rows: i.RowCount(),
		Position: i.Position, Created: i.Created, Updated: i.Updated, Skipped: i.Skipped, Rejected: i.Rejected, Error: i.Error, RejectedURL: i.RejectedURL(),
		Settings: settingsAnswer{Format: set.Format, FileType: set.FileType, Encoding: set.Encoding, Separator: set.Separator,
			Sheets: append([]string{}, set.Sheets...), Sheet: set.Sheet, HeaderRow: set.HeaderRow, MatchBy: set.MatchBy, Existing: set.Existing}}
	for _, c := range set.Columns {
		out.Settings.Columns = append(out.Settings.Columns, columnAnswer{c.Index, c.Header, c.Field})
	}
	if preview != nil {
		for _, r := range preview.Rows {
			out.Preview = append(out.Preview, importRowAnswer{r.Line, r.Cells})
		}
	}
	raw, err := json.Marshal(out)
	to.send(http.StatusOK, raw, err)
}

// importState answers GET /imports/{id}, for tools that wait for its end.
func (a *app) importState(w http.ResponseWriter, r *http.Request) {
	private(w)
	ctx, err := a.door.enter(w, r)
	if err == nil {
		var i *imports.ContactImport
		if i, err = a.graph.Imports.Get(ctx, idOf(r)); err == nil {
			a.showImport(ctx, w, i)
			return
		}
	}
	answer{w, mediaJSON}.denied(ctx, err)
}

// rejected answers GET /imports/{id}/rejected: the rows in which something is wrong, as CSV.
func (a *app) rejected(w http.ResponseWriter, r *http.Request) {
	private(w)
	ctx, err := a.door.enter(w, r)
	var name string
	var write func(io.Writer) error
	if err == nil {
		name, write, err = a.graph.Imports.Rejected(ctx, idOf(r))
	}
	if err != nil {
		answer{w, mediaJSON}.denied(ctx, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", disposition(false, name))
	patient(w, defaultLimits.File)
	if err := write(w); err != nil {
		if ctx.Err() == nil {
			slog.ErrorContext(ctx, "rejected rows could not be written", "err", err)
		}
		panic(http.ErrAbortHandler) // who reads must not take a part for the whole
	}
}

// idOf is the id in a request's path; one that is none is nobody's.
func idOf(r *http.Request) uuid.UUID {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return uuid.Nil
	}
	return id
}

package imports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// folder begins the keys of the files.
const folder = "imports/"

// UploadInput is the input of uploadContactImport.
type UploadInput struct {
	db.Idempotent
	Name string
	File io.Reader
}

// Upload keeps a file and reads its beginning. Nothing is imported yet. The bytes are kept
// before the row is written: what fails in between is taken back at once, what crashes in
// between by Sweep. A repeat with the same idempotency key gives the first import.
//
// Faults, all on file and found without reading on: INVALID (neither text nor Excel, no
// rows), TOO_LARGE (over 64 MB, 500 columns or 1 MB a row); UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Upload(ctx context.Context, in UploadInput) (*ContactImport, error) {
	v, err := viewer.RequireStaff(ctx, viewer.EditContacts)
	if err != nil {
		return nil, err
	}
	if in.File == nil {
		return nil, errEmpty
	}
	row := &ent.ContactImport{ID: schema.NewID(), FileName: cleanName(in.Name)}
	row.BlobKey = folder + row.ID.String()
	done := false
	defer func() {
		if !done { // the error is told already; what stays is swept
			_ = s.Store.Delete(context.WithoutCancel(ctx), row.BlobKey)
		}
	}()
	k, err := s.keep(ctx, row, in.File)
	if err != nil {
		return nil, err
	}
	if row.Settings, err = k.pack(); err != nil {
		return nil, err
	}
	if row.Viewer, err = actor(v); err != nil {
		return nil, err
	}
	id, replayed, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		err := tx.ContactImport.Create().SetID(row.ID).SetFileName(row.FileName).SetSize(row.Size).SetSha256(row.Sha256).SetBlobKey(row.BlobKey).
			SetSettings(row.Settings).SetViewer(row.Viewer).SetCreatedBy(v.Actor()).Exec(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("imports: upload: %w", err)
		}
		return row.ID, audit.Record(ctx, tx, audit.Event{Action: "uploadContactImport", ObjectType: "import", ObjectID: row.ID,
			After: audit.Fields{"fileName": row.FileName, "size": row.Size}})
	})
	if err != nil {
		return nil, err
	}
	done = !replayed
	return s.Get(ctx, id)
}

// keep stores the file, and finds out what it is.
func (s *Service) keep(ctx context.Context, row *ent.ContactImport, in io.Reader) (*kept, error) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(in, head)
	switch {
	case errors.Is(err, io.EOF):
		return nil, errEmpty
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, readError(err)
	}
	head = head[:n]
	k := &kept{Settings: Settings{MatchBy: []Match{ByCustomID, ByVATNumber, ByEmail}, Existing: Skip}}
	if k.FileType, err = typeOf(head); err != nil {
		return nil, err
	}
	sum, text := sha256.New(), &sniffer{}
	if row.Size, err = s.Store.Put(ctx, row.BlobKey, io.TeeReader(&limited{io.MultiReader(bytes.NewReader(head), in), maxFile}, io.MultiWriter(sum, text))); err != nil {
		return nil, readError(err)
	}
	row.Sha256 = sum.Sum(nil)
	if k.FileType == csvFile {
		e := text.encoding()
		k.Encoding = &e
	}
	return k, s.examine(ctx, row.BlobKey, row.Size, k)
}

// cleanName is a file's name without folders and what cannot be shown.
func cleanName(name string) string {
	name = fold.FileName(strings.ToValidUTF8(name, ""), func(r rune) bool { return unicode.Is(unicode.Cf, r) })
	if name == "" {
		return "contacts"
	}
	return fold.Clip(name, 255)
}

// actor is as whom a job works: the role is asked anew.
func actor(v viewer.Viewer) (json.RawMessage, error) {
	raw, err := json.Marshal(who{v.User, v.APIKey})
	if err != nil {
		return nil, fmt.Errorf("imports: keep who asks: %w", err)
	}
	return raw, nil
}

// who is the person, or the program, in whose name a job works.
type who struct {
	User    uuid.UUID
	Program uuid.UUID // its key's id
}

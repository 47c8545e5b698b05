// Package imports makes contacts out of files that other programs exported. It owns the
// imports: their files, how those are read, what became of each row, and the jobs that do the
// work. It does not own contacts: package contact checks and writes them.
//
// A file passes five layers, a file of code each: bytes to text (decode), text or a sheet to
// rows (rows, workbook), the header to the meaning of columns (columns, names, fields), a row
// to a draft of a contact (draft, values, address, country), drafts to contacts (match,
// chunk). What is kept of an import is in settings; what a person does with it in upload,
// configure and start; the jobs are in work, chunk and undo.
package imports

import (
	"context"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
)

// Service imports contacts.
type Service struct {
	DB       *db.DB
	Contacts *contact.Service
	Store    Store
	// Workbooks reads Excel files; nil: they are refused.
	Workbooks Workbooks
	// Progress is told of every step forward after its commit. It must not block; it may be nil.
	Progress func(organization, id uuid.UUID)
	// Wake is told that there is work, after the commit. It must not block; it may be nil.
	Wake func()
	// Now is the clock of leases; nil: the computer's.
	Now func() time.Time

	chunk int // rows that are written together; 0: as many as usual
}

// Store keeps the files, by keys of the viewer's organization.
type Store interface {
	// Put keeps all of r under a key and gives how many bytes it was. When r fails, nothing
	// is kept.
	Put(ctx context.Context, key string, r io.Reader) (int64, error)
	// Open reads what Put kept. The fault is NOT_FOUND. What can seek is read where it lies,
	// other things as a whole.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete forgets a key; one that is not there is no error.
	Delete(ctx context.Context, key string) error
	// List gives f the keys that begin with the prefix and are older than the time, some at a
	// time.
	List(ctx context.Context, prefix string, before time.Time, f func(keys []string) error) error
}

// Workbooks reads Excel files (.xlsx).
type Workbooks interface {
	// Open reads a workbook's table of contents. The file stays open as long as it is.
	//
	// Faults, also of what it opens: INVALID and TOO_LARGE on file.
	Open(file io.ReaderAt, size int64) (Workbook, error)
}

// Workbook is an open Excel file.
type Workbook interface {
	// Sheets are the names of its sheets, in their order.
	Sheets() []string
	// Rows reads a sheet from its beginning, in bounded memory.
	Rows(sheet string) (SheetRows, error)
}

// SheetRows reads the rows of a sheet.
type SheetRows interface {
	// Next gives the number, from 1, and the cells, as text, of the next row that has any.
	// The cells are good until the next call. The error is io.EOF at the end.
	Next() (row int, cells []string, err error)
	Close() error
}

// ContactImport is an import as it was read, with those that were read together with it.
type ContactImport struct {
	*ent.ContactImport
	Authors *page.Group // of the ids of those who uploaded
	group   *page.Group // of the imports' ids
	service *Service
	kept    *kept
}

// IDInput is the input of a mutation on one import.
type IDInput struct {
	db.Idempotent
	ID uuid.UUID
}

func (s *Service) now() time.Time {
	if s.Now != nil {
		return s.Now().UTC().Truncate(time.Microsecond)
	}
	return time.Now().UTC().Truncate(time.Microsecond)
}

// chunkSize is how many rows are looked up and written together.
func (s *Service) chunkSize() int {
	if s.chunk > 0 {
		return s.chunk
	}
	return 1000
}

func (s *Service) told(organization, id uuid.UUID) {
	if s.Progress != nil {
		s.Progress(organization, id)
	}
}

func (s *Service) wake() {
	if s.Wake != nil {
		s.Wake()
	}
}

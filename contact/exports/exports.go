// Package exports writes contacts to a file that contact/imports reads again without loss.
package exports

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Format is the kind of the file.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Rows takes the rows of a table, cells of text. It is closed after the last, or dropped.
type Rows interface {
	Row(cells []string) error
	Close() error
	Drop()
}

// Service exports contacts.
type Service struct {
	DB       *db.DB
	Contacts *contact.Service
	// Workbook begins a workbook of one sheet that ends up in w.
	Workbook func(w io.Writer, sheet string) (Rows, error)
}

// Export writes every contact of a list, in its order, and gives how many. The headers are the
// names of the fields, those of what a contact has several of numbered from 1. Which contacts,
// and how many columns they need, is read first; then they are, a thousand at a time, and
// CSV is written as they are read, so that w may go straight to a reader. In memory are the
// ids (16 bytes a contact), and the contacts that are read together with their notes, of
// which at most 8 MB beside those of one contact. Before the first byte the history tells who
// exports how many: who reads a part has it.
//
// Faults, before anything is written: INVALID on format and as for contact.Service.List;
// UNAUTHENTICATED, FORBIDDEN. Later: CONFLICT when the contacts were changed while they were
// written, so that the columns are too few: it can be tried again. What is in w then is not to
// be used.
func (s *Service) Export(ctx context.Context, f *contact.Filter, order contact.Order, format Format, w io.Writer) (int, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeContacts); err != nil {
		return 0, err
	}
	if format != CSV && format != XLSX {
		return 0, fault.New(fault.Invalid, "format", "The format is csv or xlsx.")
	}
	ids, err := s.Contacts.IDs(ctx, f, order)
	if err != nil {
		return 0, err
	}
	extent, err := s.Contacts.Extent(ctx, f)
	if err != nil {
		return 0, err
	}
	if err := s.record(ctx, len(ids), format); err != nil {
		return 0, err
	}
	out, err := s.open(format, w)
	if err != nil {
		return 0, err
	}
	n, err := s.write(ctx, ids, &layout{extent}, out)
	if err != nil {
		out.Drop()
		return 0, err
	}
	if err := out.Close(); err != nil {
		return 0, fmt.Errorf("exports: end the file: %w", err)
	}
	return n, nil
}

func (s *Service) open(format Format, w io.Writer) (Rows, error) {
	if format == XLSX {
		return s.Workbook(w, "contacts")
	}
	return newCSV(w)
}

// write writes the header and a row for every contact.
func (s *Service) write(ctx context.Context, ids []uuid.UUID, l *layout, out Rows) (n int, err error) {
	put := func(cells []string) error {
		for i, c := range cells {
			cells[i] = neutral(c)
		}
		if err := out.Row(cells); err != nil {
			return fmt.Errorf("exports: write a row: %w", err)
		}
		return nil
	}
	if err := put(l.headers()); err != nil {
		return 0, err
	}
	err = s.each(ctx, ids, func(c *contact.Contact, parts *card) error {
		n++
		if !l.fits(parts) {
			return fault.New(fault.Conflict, "", "The contacts were changed while they were exported: try again.")
		}
		return put(l.cells(c, parts))
	})
	return n, err
}

func (s *Service) record(ctx context.Context, n int, format Format) error {
	return db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		return audit.Record(ctx, tx, audit.Event{Action: "exportContacts", ObjectType: "organization",
			ObjectID: viewer.From(ctx).Organization, After: audit.Fields{"count": n, "format": format}})
	})
}

// neutral keeps a spreadsheet from running a cell: an apostrophe goes before what begins as a
// formula does. A cell with apostrophes before such a beginning gets one more, so that taking
// one off such cells gives back exactly what was.
func neutral(cell string) string {
	rest := strings.TrimLeft(cell, "'")
	if rest != "" && strings.ContainsRune("=+-@\t\r", rune(rest[0])) {
		return "'" + cell
	}
	return cell
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func text[T ~string](v *T) string {
	if v == nil {
		return ""
	}
	return string(*v)
}

func number(v *int) string {
	if v == nil {
		return ""
	}
	return strconv.Itoa(*v)
}

// taxes are the default taxes as JSON; none are an empty cell.
func taxes[T any](all []T) string {
	if len(all) == 0 {
		return ""
	}
	raw, err := json.Marshal(all)
	if err != nil { // they were read from JSON
		return ""
	}
	return string(raw)
}

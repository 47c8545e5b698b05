// Package exports writes contacts to a file that contact/imports reads again without loss.
package exports

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
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
// names of the fields, those of what a contact has several of numbered from 1. The list is
// read twice, a page at a time: first for how many columns it needs. The history tells who
// exported how many.
//
// Faults: INVALID on format and as for contact.Service.List; CONFLICT when the contacts were
// changed while they were written, so that the columns are too few: it can be tried again;
// UNAUTHENTICATED, FORBIDDEN. What is in w then is not to be used.
func (s *Service) Export(ctx context.Context, f *contact.Filter, order contact.Order, format Format, w io.Writer) (int, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeContacts); err != nil {
		return 0, err
	}
	if format != CSV && format != XLSX {
		return 0, fault.New(fault.Invalid, "format", "The format is csv or xlsx.")
	}
	var l layout
	err := s.each(ctx, f, order, func(_ *contact.Contact, c *card) error { l.widen(c); return nil })
	if err != nil {
		return 0, err
	}
	out, err := s.open(format, w)
	if err != nil {
		return 0, err
	}
	n, err := s.write(ctx, f, order, &l, out)
	if err != nil {
		out.Drop()
		return 0, err
	}
	if err := out.Close(); err != nil {
		return 0, fmt.Errorf("exports: end the file: %w", err)
	}
	return n, s.record(ctx, n, format)
}

func (s *Service) open(format Format, w io.Writer) (Rows, error) {
	if format == XLSX {
		return s.Workbook(w, "contacts")
	}
	return newCSV(w)
}

// write writes the header and a row for every contact.
func (s *Service) write(ctx context.Context, f *contact.Filter, order contact.Order, l *layout, out Rows) (int, error) {
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
	n := 0
	err := s.each(ctx, f, order, func(c *contact.Contact, parts *card) error {
		n++
		cells, fits := l.cells(c, parts)
		if !fits {
			return fault.New(fault.Conflict, "", "The contacts were changed while they were exported: try again.")
		}
		return put(cells)
	})
	return n, err
}

func (s *Service) record(ctx context.Context, n int, format Format) error {
	return db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		return audit.Record(ctx, tx, audit.Event{Action: "exportContacts", ObjectType: "organization",
			ObjectID: viewer.From(ctx).Organization, After: audit.Fields{"count": n, "format": format}})
	})
}

// each gives f every contact of a list, with its parts.
func (s *Service) each(ctx context.Context, filter *contact.Filter, order contact.Order, f func(*contact.Contact, *card) error) error {
	size := page.MaxSize
	for args := (page.Args{First: &size}); ; {
		list, err := s.Contacts.List(ctx, args, filter, order)
		if err != nil {
			return err
		}
		for _, c := range list.Nodes() {
			parts, err := cardOf(ctx, c)
			if err != nil {
				return err
			}
			if err := f(c, parts); err != nil {
				return err
			}
		}
		if !list.PageInfo.HasNextPage {
			return nil
		}
		args.After = list.PageInfo.EndCursor
	}
}

// card is what a contact has several of.
type card struct {
	addresses []*ent.ContactAddress
	emails    []*ent.ContactEmail
	phones    []*ent.ContactPhone
	options   map[string]string // titles by the category's title
	notes     []string          // the oldest first
}

// cardOf reads the parts: for all contacts of a page at once, where they are the first.
func cardOf(ctx context.Context, c *contact.Contact) (*card, error) {
	out := &card{options: map[string]string{}}
	var err error
	if out.addresses, err = c.Addresses(ctx); err != nil {
		return nil, err
	}
	if out.emails, err = c.Emails(ctx); err != nil {
		return nil, err
	}
	if out.phones, err = c.Phones(ctx); err != nil {
		return nil, err
	}
	options, err := c.Options(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range options {
		category, err := o.Category(ctx)
		if err != nil {
			return nil, err
		}
		out.options[category.Title] = o.Title
	}
	out.notes, err = notesOf(ctx, c)
	return out, err
}

func notesOf(ctx context.Context, c *contact.Contact) ([]string, error) {
	size := page.MaxSize
	var out []string
	for after := (*string)(nil); ; {
		list, err := c.Notes(ctx, &size, after)
		if err != nil {
			return nil, err
		}
		for _, n := range list.Nodes() {
			out = append(out, n.Text)
		}
		if !list.PageInfo.HasNextPage {
			break
		}
		after = list.PageInfo.EndCursor
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, nil
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

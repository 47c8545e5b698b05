package imports

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/importrow"
	"github.com/kartela/kartela/fault"
)

// errorColumn is the header of the reasons.
const errorColumn = "Error"

// Rejected gives what writes the rows of an import in which something is wrong as CSV, as they
// are in the file and each with its reason in a last column: a file to correct and import
// again. It reads the file anew and holds no more than some rows of it.
//
// Faults: NOT_FOUND without such rows, or once the file is gone; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Rejected(ctx context.Context, id uuid.UUID) (name string, write func(io.Writer) error, err error) {
	i, err := s.Get(ctx, id)
	if err != nil {
		return "", nil, err
	}
	if i.kept.Gone {
		return "", nil, fault.New(fault.NotFound, "id", "The file of this import is not kept any longer.")
	}
	if i.Rejected == 0 {
		return "", nil, fault.New(fault.NotFound, "id", "The import has no rejected rows.")
	}
	f, err := s.open(ctx, i.BlobKey, i.Size, &i.kept.Settings)
	if err != nil {
		return "", nil, err
	}
	header, err := f.below(i.kept.HeaderRow)
	if err != nil {
		f.close()
		return "", nil, err
	}
	base := strings.TrimSuffix(strings.TrimSuffix(i.FileName, ".csv"), ".xlsx")
	return base + "-rejected.csv", func(w io.Writer) error {
		defer f.close()
		return s.rejected(ctx, i, f, header, w)
	}, nil
}

func (s *Service) rejected(ctx context.Context, i *ContactImport, f *file, header []string, to io.Writer) error {
	buffered := bufio.NewWriter(to)
	if _, err := buffered.WriteString(string(utf8Mark)); err != nil {
		return fmt.Errorf("imports: write rejected rows: %w", err)
	}
	w := csv.NewWriter(buffered)
	w.UseCRLF = true
	if err := w.Write(append(neutralized(header), errorColumn)); err != nil {
		return fmt.Errorf("imports: write rejected rows: %w", err)
	}
	for line := 0; ; {
		rows, err := s.DB.ImportRow.Query().Where(importrow.ImportID(i.ID), importrow.OutcomeEQ(importrow.OutcomeError), importrow.LineGT(line)).
			Order(importrow.ByLine()).Limit(s.chunkSize()).All(ctx)
		if err != nil {
			return wrapped("read rejected rows", err)
		}
		if len(rows) == 0 {
			break
		}
		for _, x := range rows {
			if err := i.writeRejected(f, x, len(header), w); err != nil {
				return err
			}
		}
		line = rows[len(rows)-1].Line
	}
	w.Flush()
	return errors.Join(w.Error(), buffered.Flush())
}

// writeRejected writes the row of the file that begins on the line.
func (i *ContactImport) writeRejected(f *file, x *ent.ImportRow, width int, w *csv.Writer) error {
	for {
		r, err := filled(f)
		if err != nil {
			return readError(err)
		}
		if r.line < x.Line {
			continue
		}
		cells := neutralized(r.cells)
		for len(cells) < width {
			cells = append(cells, "")
		}
		why := x.Reason
		if x.Column != "" {
			why = x.Column + ": " + why
		}
		if err := w.Write(append(cells, why)); err != nil {
			return fmt.Errorf("imports: write rejected rows: %w", err)
		}
		return nil
	}
}

// neutralized are cells that no spreadsheet takes for formulas; bare takes that back.
func neutralized(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		if c = strings.ReplaceAll(c, string(rune(unreadable)), "�"); neutral.MatchString(c) {
			c = "'" + c
		}
		out[i] = c
	}
	return out
}

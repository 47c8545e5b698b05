package imports

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/kartela/kartela/fault"
)

// parsed is what a file holds, before anything is looked up or written.
type parsed struct {
	*mapping
	drafts   []*draft
	rejected Report // counts rows, and the rows that are wrong in themselves
}

// parse reads the whole file.
//
// Faults: those of Import on file.
func parse(ctx context.Context, in Input, home string) (*parsed, error) {
	if in.File == nil {
		return nil, fault.New(fault.Invalid, "file", "Choose a file.")
	}
	text, err := decode(in.File)
	if err != nil {
		return nil, readError(err)
	}
	rows, err := newRows(text)
	if err != nil {
		return nil, readError(err)
	}
	header, err := rows.filled()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = fault.New(fault.Invalid, "file", "The file is empty.")
		}
		return nil, readError(err)
	}
	if header.broken != "" {
		return nil, fault.New(fault.Invalid, "file", "The header on line %d cannot be read. %s", header.line, header.broken)
	}
	m, err := newMapping(header.cells)
	if err != nil {
		return nil, err
	}
	p := &parsed{mapping: m, rejected: Report{Format: m.format, Problems: []*Problem{}}}
	d := newDrafter(m, in, home)
	for {
		r, err := rows.filled()
		if errors.Is(err, io.EOF) {
			p.rejected.IgnoredColumns = d.ignored()
			return p, nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, readError(err)
		}
		p.rejected.Rows++
		if draft, problem := d.draft(r); problem != nil {
			p.rejected.add(problem)
		} else {
			p.drafts = append(p.drafts, draft)
		}
	}
}

// filled reads the next row that is not blank.
func (r *rows) filled() (row, error) {
	for {
		out, err := r.next()
		if err != nil || !out.blank() {
			return out, err
		}
	}
}

func readError(err error) error {
	if _, ok := fault.All(err); ok {
		return err
	}
	return fmt.Errorf("imports: read the file: %w", err)
}

// columnOf names the first column of a role.
func (m *mapping) columnOf(r role) string {
	if of := m.of[r]; len(of) > 0 {
		return m.columns[of[0]].name
	}
	return ""
}

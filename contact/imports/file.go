package imports

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/kartela/kartela/fault"
)

// file is an import's file that is being read.
type file struct {
	source
	separator byte     // of CSV
	sheets    []string // of Excel
	sheet     string
	close     func()
}

// open reads the file from its beginning, as the settings say; what they leave open is found.
//
// Faults, also of next: INVALID and TOO_LARGE on file, INVALID on sheet.
func (s *Service) open(ctx context.Context, key string, size int64, set *Settings) (*file, error) {
	stored, err := s.Store.Open(ctx, key)
	if err != nil {
		return nil, readError(err)
	}
	f, err := s.read(stored, size, set)
	if err != nil {
		_ = stored.Close()
		return nil, readError(err)
	}
	inner := f.close
	f.close = func() {
		if inner != nil {
			inner()
		}
		_ = stored.Close()
	}
	return f, nil
}

func (s *Service) read(stored io.ReadCloser, size int64, set *Settings) (*file, error) {
	if set.FileType == excelFile {
		book, err := s.workbook(stored, size)
		if err != nil {
			return nil, err
		}
		return openSheet(book, set.Sheet)
	}
	text, err := decode(stored, *set.Encoding)
	if err != nil {
		return nil, err
	}
	separator := byte(0)
	if set.Separator != "" {
		separator = set.Separator[0]
	}
	r, err := newRows(text, separator)
	if err != nil {
		return nil, err
	}
	r.exact = set.Format == kartela
	return &file{source: r, separator: r.separator}, nil
}

func openSheet(book Workbook, name string) (*file, error) {
	f := &file{sheets: book.Sheets(), sheet: name}
	if len(f.sheets) == 0 {
		return nil, errEmpty
	}
	if name == "" {
		f.sheet = f.sheets[0]
	}
	if !slices.Contains(f.sheets, f.sheet) {
		return nil, fault.New(fault.Invalid, "sheet", "The file has no such sheet.")
	}
	r, err := book.Rows(f.sheet)
	if err != nil {
		return nil, err
	}
	f.source, f.close = &sheet{r}, func() { _ = r.Close() }
	return f, nil
}

// filled reads the next row that is not blank.
func filled(s source) (row, error) {
	for {
		out, err := s.next()
		if err != nil || !out.blank() {
			return out, err
		}
	}
}

// below gives the rows under the header.
//
// Faults: INVALID on headerRow when no row begins there.
func (f *file) below(headerRow int) (header []string, err error) {
	for {
		r, err := f.next()
		if errors.Is(err, io.EOF) || (err == nil && r.line > headerRow) || (err == nil && r.line == headerRow && r.blank()) {
			return nil, fault.New(fault.Invalid, "headerRow", "No row with names of columns begins on line %d.", headerRow)
		}
		if err != nil {
			return nil, readError(err)
		}
		if r.line == headerRow {
			return trimmed(r.cells), nil
		}
	}
}

// trimmed are the cells without space around them, apart from the row.
func trimmed(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = strings.TrimSpace(c)
	}
	return out
}

const (
	searched = 20 // rows among which the header is looked for
	sampled  = 20 // rows of a preview
	shown    = 200
)

// examine reads the beginning of a file and completes the settings: what it is, where its
// header is, what its columns mean. What the settings say already stays.
//
// Faults: those of open and below; INVALID on file for one without rows.
func (s *Service) examine(ctx context.Context, key string, size int64, k *kept) error {
	f, err := s.open(ctx, key, size, &k.Settings)
	if err != nil {
		return err
	}
	defer f.close()
	k.Sheets, k.Sheet, k.Separator = f.sheets, f.sheet, ""
	if f.separator != 0 {
		k.Separator = string(rune(f.separator))
	}
	first, header, err := beginning(f, k.HeaderRow)
	if err != nil {
		return err
	}
	k.HeaderRow, k.Rows = header.line, nil
	for _, r := range first {
		if r.line > header.line && len(k.Rows) < sampled {
			k.Rows = append(k.Rows, sample(r))
		}
	}
	for len(k.Rows) < sampled {
		r, err := filled(f)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return readError(err)
		}
		k.Rows = append(k.Rows, sample(r))
	}
	if len(k.Rows) == 0 {
		return fault.New(fault.Invalid, "file", "The file has no rows below its header.")
	}
	k.Format, k.Columns = formatOf(header.cells), guessed(header.cells)
	return nil
}

// beginning reads the first rows, and gives the header among them: the one on the line, or
// without a line the first with the most names of columns that are recognised.
func beginning(f *file, line int) (first []row, header row, err error) {
	if line > 0 {
		cells, err := f.below(line)
		return nil, row{line: line, cells: cells}, err
	}
	most := -1
	for range searched {
		r, err := filled(f)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, header, readError(err)
		}
		r.cells = trimmed(r.cells)
		first = append(first, r)
		if n := recognised(r.cells); n > most && r.broken == "" {
			most, header = n, r
		}
	}
	switch {
	case len(first) == 0:
		return nil, header, errEmpty
	case most < 0:
		return nil, header, fault.New(fault.Invalid, "file", "The header on line %d cannot be read. %s", first[0].line, first[0].broken)
	}
	return first, header, nil
}

// sample is a row of the preview.
func sample(r row) *PreviewRow {
	out := &PreviewRow{Line: r.line, Cells: make([]string, len(r.cells))}
	for i, c := range r.cells {
		c = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(c, string(rune(unreadable)), "�"), "�"))
		if runes := []rune(c); len(runes) > shown {
			c = string(runes[:shown]) + "…"
		}
		out.Cells[i] = c
	}
	return out
}

package imports

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/kartela/kartela/fault"
)

const (
	maxRow     = 1 << 20 // bytes
	maxRows    = 250_000 // below the header
	maxColumns = 500
	maxCell    = 32_767 // characters, as Excel has it
)

// source gives the rows of a file, one after another; the error is io.EOF at the end. A row
// is good until the next one is read.
type source interface{ next() (row, error) }

// row is one record of the file. Its cells are good until the next row is read.
type row struct {
	line   int // on which it begins, from 1
	cells  []string
	broken string // why the cells are not to be trusted; "" when they are
	at     int    // the cell at fault
}

// blank says whether there is nothing in the row.
func (r row) blank() bool {
	for _, c := range r.cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return r.broken == ""
}

// rows reads records as RFC 4180 has them, with the separators and line ends that are met.
// It is stricter on size than encoding/csv, which holds a whole line before it counts its
// cells, and goes on after a bad row on the line that follows. A quotation mark inside an
// unquoted cell is a character like others.
type rows struct {
	src       *bufio.Reader
	separator byte
	exact     bool   // line ends within quotation marks stay as they are
	line      int    // that is read now
	size      int    // bytes of the row that is read now
	buf       []byte // the cells' text, one after another
	ends      []int  // where each ends in buf
	cells     []string
}

// newRows reads rows from text. Without a separator it is what the first lines show.
func newRows(src *bufio.Reader, separator byte) (*rows, error) {
	sample, err := src.Peek(ahead)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	r := &rows{src: src, line: 1, separator: separator}
	if line, _, _ := bytes.Cut(sample, []byte("\n")); bytes.HasPrefix(line, []byte("sep=")) && len(bytes.TrimSpace(line)) == 5 {
		if separator == 0 {
			r.separator = line[4]
		}
		r.line = 2 // the first is a line of Excel's
		_, err := src.Discard(min(len(line)+1, len(sample)))
		return r, err
	}
	if separator == 0 {
		r.separator = separatorOf(sample, errors.Is(err, io.EOF))
	}
	return r, nil
}

// separatorOf gives the separator by which one of the first rows has most names of columns;
// of those that are equal in that the one by which most cells of the first rows stand in rows
// of the same width. The last row of a sample that is not the whole text may be cut, and is
// left out.
func separatorOf(sample []byte, whole bool) byte {
	best, names, cells := byte(','), 0, 0
	for _, sep := range []byte(",;\t|") {
		n, c := columnsBy(sample, sep, whole)
		if n > names || (n == names && c > cells) {
			best, names, cells = sep, n, c
		}
	}
	return best
}

// columnsBy counts the names of columns that a row has, and the cells in rows of one width.
func columnsBy(sample []byte, separator byte, whole bool) (names, cells int) {
	r := &rows{src: bufio.NewReader(bytes.NewReader(sample)), separator: separator, line: 1}
	widths := map[int]int{} // how many rows have so many cells
	for range searched {
		next, err := r.next()
		if _, more := r.src.Peek(1); err != nil || (more != nil && !whole && len(widths) > 0) {
			break
		}
		widths[len(next.cells)]++
		names = max(names, recognised(next.cells))
	}
	for width, n := range widths {
		cells = max(cells, (width-1)*n)
	}
	return names, cells
}

// next reads a row. The error is io.EOF at the end.
//
// Faults, on file: TOO_LARGE for a row of over 1 MB or 500 cells; INVALID for a NUL byte;
// those of decode.
func (r *rows) next() (row, error) {
	if _, err := r.src.Peek(1); err != nil {
		return row{}, err
	}
	out := row{line: r.line}
	r.buf, r.ends, r.cells, r.size = r.buf[:0], r.ends[:0], r.cells[:0], 0
	for more := true; more; {
		var err error
		if more, err = r.cell(&out); err != nil {
			return row{}, err
		}
		r.ends = append(r.ends, len(r.buf))
	}
	all, from := string(r.buf), 0
	for i, end := range r.ends {
		r.cells = append(r.cells, all[from:end])
		if why := spoiled(all[from:end]); out.broken == "" && why != "" {
			out.broken, out.at = why, i
		}
		from = end
	}
	out.cells = r.cells
	return out, nil
}

// spoiled says why a cell's text is not to be trusted; "" when it is.
func spoiled(cell string) string {
	switch {
	case strings.ContainsRune(cell, unreadable):
		return "The cell has bytes that are not text in the encoding of the file."
	case len(cell) > maxCell && utf8.RuneCountInString(cell) > maxCell:
		return fmt.Sprintf("The cell has over %d characters.", maxCell)
	}
	return ""
}

// cell reads one cell and what ends it, and says whether the row has another.
func (r *rows) cell(out *row) (more bool, err error) {
	if len(r.ends) == maxColumns {
		return false, fault.New(fault.TooLarge, "file", "The row on line %d has over %d columns.", out.line, maxColumns)
	}
	quoted, closed := false, false
	for first := true; ; first = false {
		b, err := r.read(out.line, r.exact && quoted)
		switch {
		case errors.Is(err, io.EOF):
			if quoted {
				r.spoil(out, "A quotation mark opens the cell and nothing closes it: the rest of the file was not read.")
			}
			return false, nil
		case err != nil:
			return false, err
		case quoted && b == '"':
			if next, _ := r.src.Peek(1); len(next) == 1 && next[0] == '"' {
				_, _ = r.read(out.line, false)
				r.buf = append(r.buf, '"')
				continue
			}
			quoted, closed = false, true
		case quoted:
			r.buf = append(r.buf, b)
		case b == '\n':
			return false, nil
		case b == r.separator:
			return true, nil
		case first && b == '"':
			quoted = true
		case closed && b != ' ' && b != '\t':
			// Where the next cell begins is anybody's guess, so the row ends with its line.
			r.spoil(out, "The cell goes on after its closing quotation mark.")
			return false, r.skipLine(out.line)
		case !closed:
			r.buf = append(r.buf, b)
		}
	}
}

func (r *rows) spoil(out *row, why string) {
	out.broken, out.at = why, len(r.ends)
}

func (r *rows) skipLine(line int) error {
	for {
		b, err := r.read(line, false)
		if errors.Is(err, io.EOF) || (err == nil && b == '\n') {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// read gives the next byte of the row that began on the line, every line end as \n, or as it
// stands in the file.
func (r *rows) read(line int, asItIs bool) (byte, error) {
	b, err := r.src.ReadByte()
	if err != nil {
		return 0, err
	}
	switch b {
	case 0:
		return 0, errBinary
	case '\r':
		next, _ := r.src.Peek(1)
		pair := len(next) == 1 && next[0] == '\n'
		switch {
		case asItIs && pair: // the line ends with the next byte
		case asItIs:
			r.line++
		default:
			if pair {
				_, _ = r.src.ReadByte()
				r.size++
			}
			b = '\n'
			r.line++
		}
	case '\n':
		r.line++
	}
	if r.size++; r.size > maxRow {
		return 0, fault.New(fault.TooLarge, "file", "The row on line %d is over %d MB.", line, maxRow>>20)
	}
	return b, nil
}

package sheet

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/kartela/kartela/contact/imports"
	"github.com/kartela/kartela/fault"
)

// texts are those that cells share, one after another.
type texts struct {
	all  []byte
	ends []uint32
}

func (t *texts) get(i int) (string, bool) {
	if i < 0 || i >= len(t.ends) {
		return "", false
	}
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return string(t.all[from:t.ends[i]]), true
}

func (b *book) readShared(rels map[string]relation) error {
	return b.each(rels, "/sharedStrings", func(t *tokens, token xml.Token) error {
		if e, ok := token.(xml.StartElement); !ok || e.Name.Local != "si" {
			return nil
		}
		text, err := t.text("si")
		if err != nil {
			return err
		}
		b.shared.all = append(b.shared.all, text...)
		if len(b.shared.all) > maxShared {
			return tooLarge()
		}
		b.shared.ends = append(b.shared.ends, uint32(len(b.shared.all))) //nolint:gosec // below maxShared
		return nil
	})
}

// each gives f the tokens of the related part, when there is one, up to its end or to io.EOF
// from f.
func (b *book) each(rels map[string]relation, kind string, f func(*tokens, xml.Token) error) error {
	part := related(rels, kind)
	if part == "" {
		return nil
	}
	t, err := b.open(part)
	if err != nil {
		return err
	}
	defer func() { _ = t.close() }()
	for {
		token, err := t.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return t.explain(err)
		}
		if err := f(t, token); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// text reads what stands in an element, up to its end: its runs together, without how they
// are pronounced.
func (t *tokens) text(element string) (string, error) {
	var out strings.Builder
	in, spoken := false, 0
	for {
		token, err := t.Token()
		if err != nil {
			return "", t.explain(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			in = e.Name.Local == "t"
			if e.Name.Local == "rPh" {
				spoken++
			}
		case xml.EndElement:
			in = false
			switch e.Name.Local {
			case "rPh":
				spoken--
			case element:
				return unescaped(out.String()), nil
			}
		case xml.CharData:
			if !in || spoken > 0 {
				continue
			}
			if out.Write(e); out.Len() > maxElement {
				return "", tooLarge()
			}
		}
	}
}

var escape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescaped takes back how Excel writes characters that XML has none for: _x000D_.
func unescaped(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escape.ReplaceAllStringFunc(s, func(e string) string {
		n, err := strconv.ParseUint(e[2:6], 16, 16)
		if err != nil || (n >= 0xd800 && n < 0xe000) {
			return e
		}
		return string(rune(n))
	})
}

// Rows reads a sheet.
func (b *book) Rows(name string) (imports.SheetRows, error) {
	for _, s := range b.sheets {
		if s.name != name {
			continue
		}
		b.left = maxPacked
		t, err := b.open(s.part)
		if err != nil {
			return nil, err
		}
		return &rows{book: b, tokens: t}, nil
	}
	return nil, fault.New(fault.Invalid, "sheet", "The file has no such sheet.")
}

// rows reads the rows of a sheet.
type rows struct {
	book   *book
	tokens *tokens
	row    int
	cells  []string
}

// Next gives the next row that has cells.
func (r *rows) Next() (int, []string, error) {
	for {
		token, err := r.tokens.Token()
		if errors.Is(err, io.EOF) {
			return 0, nil, io.EOF
		}
		if err != nil {
			return 0, nil, r.tokens.explain(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local != "row" {
				continue
			}
			if err := r.begin(e); err != nil {
				return 0, nil, err
			}
			if err := r.read(); err != nil {
				return 0, nil, err
			}
			if len(r.cells) > 0 {
				return r.row, r.cells, nil
			}
		case xml.EndElement:
			if e.Name.Local == "sheetData" {
				return 0, nil, io.EOF
			}
		}
	}
}

// begin settles the number of the row: rows are in order, and one without a number follows.
func (r *rows) begin(e xml.StartElement) error {
	n := r.row + 1
	if text := attr(e, "r"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n <= r.row {
			return damaged()
		}
	}
	r.row, r.cells = n, r.cells[:0]
	return nil
}

// read reads the cells up to the row's end.
func (r *rows) read() error {
	for column := 0; ; column++ {
		token, err := r.tokens.Token()
		if err != nil {
			return r.tokens.explain(err)
		}
		switch e := token.(type) {
		case xml.EndElement:
			if e.Name.Local == "row" {
				return nil
			}
			column--
		case xml.StartElement:
			if e.Name.Local != "c" {
				column--
				continue
			}
			if at := attr(e, "r"); at != "" {
				if column, err = columnOf(at); err != nil {
					return err
				}
			}
			if column < len(r.cells) || column >= maxColumns {
				if column >= maxColumns {
					return fault.New(fault.TooLarge, "file", "The row on line %d has over %d columns.", r.row, maxColumns)
				}
				return damaged()
			}
			text, err := r.cell(e)
			if err != nil {
				return err
			}
			if text == "" {
				continue
			}
			for len(r.cells) < column {
				r.cells = append(r.cells, "")
			}
			r.cells = append(r.cells, text)
		default:
			column--
		}
	}
}

// columnOf is the column of a reference such as BC12, from 0.
func columnOf(ref string) (int, error) {
	n := 0
	for i := range len(ref) {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			if i == 0 {
				return 0, damaged()
			}
			break
		}
		if n = n*26 + int(c-'A') + 1; n > 1<<20 {
			return 0, damaged()
		}
	}
	return n - 1, nil
}

// cell reads a cell up to its end.
func (r *rows) cell(e xml.StartElement) (string, error) {
	kind, style := attr(e, "t"), attr(e, "s")
	if kind == "inlineStr" {
		return r.tokens.text("c")
	}
	value, err := r.value()
	if err != nil || value == "" {
		return "", err
	}
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(value))
		text, ok := r.book.shared.get(i)
		if err != nil || !ok {
			return "", damaged()
		}
		return text, nil
	case "str":
		return unescaped(value), nil
	case "b":
		return map[string]string{"1": "yes", "0": "no"}[strings.TrimSpace(value)], nil
	case "e":
		return "", nil // #N/A and the like say nothing
	case "d":
		return strings.TrimSuffix(strings.TrimSpace(value), "T00:00:00"), nil
	case "", "n":
		i, _ := strconv.Atoi(style)
		return r.book.shown(strings.TrimSpace(value), i), nil
	}
	return "", fmt.Errorf("sheet: a cell of the kind %.20q: %w", kind, damaged())
}

// value reads the value of a cell up to the cell's end.
func (r *rows) value() (string, error) {
	var out strings.Builder
	in := false
	for {
		token, err := r.tokens.Token()
		if err != nil {
			return "", r.tokens.explain(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			in = e.Name.Local == "v"
		case xml.EndElement:
			if in = false; e.Name.Local == "c" {
				return out.String(), nil
			}
		case xml.CharData:
			if in {
				if out.Write(e); out.Len() > maxElement {
					return "", tooLarge()
				}
			}
		}
	}
}

// Close ends the reading.
func (r *rows) Close() error { return r.tokens.close() }

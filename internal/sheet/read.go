package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/kartela/kartela/contact/imports"
	"github.com/kartela/kartela/fault"
)

// Reader reads Excel files: text as it is, numbers as a cell shows them where that says more
// (leading zeros, dates, percent), else digit by digit, never as 1.2E+08. Formulas give the
// value that they had when the file was saved. Sheets are read as streams; only the texts that
// cells share are held, and nothing is written to the disk.
//
// excelize, which writes our files, gives either what a cell shows, with a telephone number of
// twelve digits as 3.07E+11, or its bare number without its format, with a date as 46024.
type Reader struct{}

var _ imports.Workbooks = Reader{}

const (
	maxPacked  = 512 << 20 // bytes that all parts of a file may unfold to
	maxShared  = 128 << 20 // bytes of the texts that cells share
	maxElement = 1 << 20   // bytes of one element of XML
	maxRatio   = 200       // times that a part may unfold, beyond freely bytes
	freely     = 16 << 20
	maxParts   = 10_000 // in a file
	maxColumns = 16_384 // of a sheet, as Excel has it
)

// Open reads the workbook's table of contents, its styles and shared texts.
//
// Faults, also of what it opens: INVALID and TOO_LARGE on file.
func (Reader) Open(file io.ReaderAt, size int64) (imports.Workbook, error) {
	z, err := zip.NewReader(file, size)
	if err != nil {
		return nil, notExcel()
	}
	if len(z.File) > maxParts {
		return nil, tooLarge()
	}
	b := &book{parts: make(map[string]*zip.File, len(z.File)), left: maxPacked}
	for _, f := range z.File {
		b.parts[strings.ToLower(strings.TrimPrefix(f.Name, "/"))] = f
	}
	main, rels, err := b.main()
	if err != nil {
		return nil, err
	}
	if err := b.readSheets(main, rels); err != nil {
		return nil, err
	}
	if err := b.readStyles(rels); err != nil {
		return nil, err
	}
	return b, b.readShared(rels)
}

func notExcel() error {
	return fault.New(fault.Invalid, "file", "The file is not an Excel file (.xlsx): save it as one, or as CSV.")
}

func damaged() error { return fault.New(fault.Invalid, "file", "The Excel file is damaged.") }

func tooLarge() error {
	return fault.New(fault.TooLarge, "file", "The Excel file unfolds to more than can be read.")
}

// book is an open Excel file.
type book struct {
	parts  map[string]*zip.File // by their names in lower case
	left   int64                // bytes that parts may yet unfold to
	sheets []sheetPart
	dates  int // of the first day: 0 for 1900, 1462 for 1904
	styles []format
	shared texts
}

type sheetPart struct{ name, part string }

// Sheets are the names of the sheets.
func (b *book) Sheets() []string {
	out := make([]string, len(b.sheets))
	for i, s := range b.sheets {
		out[i] = s.name
	}
	return out
}

// relation is a part that another one refers to.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
	Mode   string `xml:"TargetMode,attr"`
}

// relations reads what a part refers to, by their ids.
func (b *book) relations(part string) (map[string]relation, error) {
	at := "_rels/.rels" // of the file itself
	if part != "" {
		at = path.Join(path.Dir(part), "_rels", path.Base(part)+".rels")
	}
	var in struct {
		All []relation `xml:"Relationship"`
	}
	if err := b.decode(at, &in); err != nil {
		return nil, err
	}
	out := make(map[string]relation, len(in.All))
	for _, r := range in.All {
		if strings.EqualFold(r.Mode, "External") {
			continue
		}
		if strings.HasPrefix(r.Target, "/") {
			r.Target = strings.TrimPrefix(r.Target, "/")
		} else {
			r.Target = path.Join(path.Dir(part), r.Target)
		}
		out[r.ID] = r
	}
	return out, nil
}

// main finds the workbook and what it refers to.
func (b *book) main() (part string, rels map[string]relation, err error) {
	root, err := b.relations("")
	if err != nil {
		return "", nil, err
	}
	for _, r := range root {
		if strings.HasSuffix(r.Type, "/officeDocument") {
			part = r.Target
		}
	}
	if part == "" || b.parts[strings.ToLower(part)] == nil {
		return "", nil, notExcel()
	}
	rels, err = b.relations(part)
	return part, rels, err
}

func (b *book) readSheets(part string, rels map[string]relation) error {
	var in struct {
		XMLName xml.Name
		Pr      struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := b.decode(part, &in); err != nil {
		return err
	}
	if in.XMLName.Local != "workbook" {
		return notExcel()
	}
	if in.Pr.Date1904 == "1" || in.Pr.Date1904 == "true" {
		b.dates = 1462
	}
	for _, s := range in.Sheets {
		for _, a := range s.Attrs {
			if r, ok := rels[a.Value]; ok && a.Name.Local == "id" && strings.HasSuffix(r.Type, "/worksheet") && s.State != "veryHidden" {
				b.sheets = append(b.sheets, sheetPart{s.Name, r.Target})
			}
		}
	}
	if len(b.sheets) == 0 {
		return fault.New(fault.Invalid, "file", "The Excel file has no sheet with cells.")
	}
	return nil
}

// related gives the part of a type that the workbook refers to; "" for none.
func related(rels map[string]relation, suffix string) string {
	for _, r := range rels {
		if strings.HasSuffix(r.Type, suffix) {
			return r.Target
		}
	}
	return ""
}

// decode reads a small part as a whole.
func (b *book) decode(part string, to any) error {
	r, err := b.open(part)
	if err != nil {
		return err
	}
	defer func() { _ = r.close() }()
	d := xml.NewTokenDecoder(r)
	if err := d.Decode(to); err != nil {
		return r.explain(err)
	}
	return nil
}

// open begins to read a part.
func (b *book) open(part string) (*tokens, error) {
	f := b.parts[strings.ToLower(part)]
	if f == nil {
		return nil, damaged()
	}
	in, err := f.Open()
	if err != nil {
		return nil, damaged()
	}
	t := &tokens{book: b, packed: int64(f.CompressedSize64), in: in} //nolint:gosec // below the file's own size
	t.d = xml.NewDecoder(t)
	t.d.Strict = true
	t.d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, damaged() }
	return t, nil
}

// tokens are the elements of a part. They are read within the bounds of the file.
type tokens struct {
	book     *book
	in       io.ReadCloser
	d        *xml.Decoder
	packed   int64 // bytes of the part as it lies in the file
	unfolded int64
	element  int64 // bytes since the last element
	err      error
}

// Read is what the decoder reads by.
func (t *tokens) Read(p []byte) (int, error) {
	n, err := t.in.Read(p)
	size := int64(n)
	t.unfolded, t.element, t.book.left = t.unfolded+size, t.element+size, t.book.left-size
	if t.book.left < 0 || t.element > maxElement || (t.unfolded > freely && t.unfolded > t.packed*maxRatio) {
		t.err = tooLarge()
		return 0, t.err
	}
	return n, err
}

// Token gives the next element, without looking at namespaces.
func (t *tokens) Token() (xml.Token, error) {
	t.element = 0
	return t.d.RawToken()
}

// explain is a failure to read as what it is: a bound of ours, our own failure to read the
// file, or a damaged file.
func (t *tokens) explain(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case t.err != nil:
		return t.err
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax),
		errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrFormat), errors.Is(err, zip.ErrAlgorithm):
		return damaged()
	}
	if _, ok := fault.All(err); ok {
		return err
	}
	if strings.Contains(err.Error(), "flate:") || strings.Contains(err.Error(), "xml:") || strings.Contains(err.Error(), "expected element") {
		return damaged()
	}
	return fmt.Errorf("sheet: read: %w", err)
}

func (t *tokens) close() error { return t.in.Close() }

// attr gives an attribute by its name without a prefix.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

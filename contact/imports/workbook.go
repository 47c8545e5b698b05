package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/kartela/kartela/fault"
)

// sheet reads the rows of a sheet of an Excel file.
type sheet struct {
	rows SheetRows
}

func (s *sheet) next() (row, error) {
	line, cells, err := s.rows.Next()
	if err != nil {
		return row{}, err
	}
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) > maxColumns {
		return row{}, tooWide(line)
	}
	out := row{line: line, cells: cells}
	for i, c := range cells {
		if why := spoiled(c); out.broken == "" && why != "" {
			out.broken, out.at = why, i
		}
	}
	return out, nil
}

func tooWide(line int) error {
	return fault.New(fault.TooLarge, "file", "The row on line %d has over %d columns.", line, maxColumns)
}

// zipMark begins a ZIP archive, and so an Excel file.
var zipMark = []byte("PK\x03\x04")

var oldExcel = []byte("\xd0\xcf\x11\xe0")

// typeOf says what a file is by its first bytes.
//
// Faults: INVALID on file.
func typeOf(head []byte) (string, error) {
	switch {
	case bytes.HasPrefix(head, zipMark):
		return excelFile, nil
	case bytes.HasPrefix(head, oldExcel):
		return "", fault.New(fault.Invalid, "file", "The file is of an old Excel, or protected by a password: save it as .xlsx or CSV, without a password.")
	}
	return csvFile, nil
}

// workbook opens an Excel file.
func (s *Service) workbook(file io.ReadCloser, size int64) (Workbook, error) {
	if s.Workbooks == nil {
		return nil, fault.New(fault.Invalid, "file", "Excel files cannot be read here: export the contacts as CSV.")
	}
	if r, ok := file.(io.ReadSeeker); ok {
		return s.Workbooks.Open(&placed{r: r}, size)
	}
	all, err := io.ReadAll(&limited{file, maxFile})
	if err != nil {
		return nil, readError(err)
	}
	return s.Workbooks.Open(bytes.NewReader(all), int64(len(all)))
}

// placed reads at any place of what can seek.
type placed struct {
	mu sync.Mutex
	r  io.ReadSeeker
}

func (p *placed) ReadAt(b []byte, at int64) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.r.Seek(at, io.SeekStart); err != nil {
		return 0, fmt.Errorf("imports: read the file: %w", err)
	}
	n, err := io.ReadFull(p.r, b)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

// readError tells our own failures from faults of the file.
func readError(err error) error {
	if _, ok := fault.All(err); ok {
		return err
	}
	return fmt.Errorf("imports: read the file: %w", err)
}

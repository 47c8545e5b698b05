package exports

import (
	"bufio"
	"io"
	"strings"
)

// csv writes RFC 4180: commas, CRLF, quotes where they are needed; with the mark by which
// spreadsheets know UTF-8. The library's own would change line breaks within a cell.
type csv struct{ w *bufio.Writer }

func newCSV(w io.Writer) (Rows, error) {
	out := csv{bufio.NewWriterSize(w, 32<<10)}
	_, err := out.w.WriteString("\ufeff")
	return out, err
}

// Row writes a row. What cannot be written is told by a later row, or by Close.
func (c csv) Row(cells []string) error {
	for i, cell := range cells {
		if i > 0 {
			_ = c.w.WriteByte(',')
		}
		if strings.ContainsAny(cell, ",\"\r\n") || strings.HasPrefix(cell, " ") || strings.HasSuffix(cell, " ") {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		_, _ = c.w.WriteString(cell)
	}
	_, err := c.w.WriteString("\r\n")
	return err
}

func (c csv) Close() error { return c.w.Flush() }

func (c csv) Drop() {}

// Package sheet reads and writes workbooks (Office Open XML), row by row, so that a large one
// takes no more memory than a small one.
package sheet

import (
	"fmt"
	"io"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"github.com/kartela/kartela/fault"
)

// Writer writes a workbook of one sheet, row by row. All cells are texts: nothing is taken for
// a number, a date or a formula. Rows beyond 16 MB wait in a file of the system's folder for
// such, and not in memory.
type Writer struct {
	to   io.Writer
	file *excelize.File
	rows *excelize.StreamWriter
	next int // the row to write, from 1
}

// NewWriter begins a workbook that Close writes to w. The first row stays in sight.
func NewWriter(w io.Writer, sheet string) (*Writer, error) {
	f := excelize.NewFile()
	if err := f.SetSheetName(f.GetSheetName(0), sheet); err != nil {
		return nil, fmt.Errorf("sheet: begin a workbook: %w", err)
	}
	rows, err := f.NewStreamWriter(sheet)
	if err == nil {
		err = rows.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("sheet: begin a workbook: %w", err)
	}
	return &Writer{to: w, file: f, rows: rows, next: 1}, nil
}

// Row writes a row. A cell holds at most 32,767 characters (UTF-16), a row 16,384 cells.
//
// Faults: INVALID on format for a longer text.
func (w *Writer) Row(cells []string) error {
	values := make([]any, len(cells))
	for i, c := range cells {
		if c == "" {
			continue // no cell at all
		}
		if len(utf16.Encode([]rune(c))) > excelize.TotalCellChars { // it would be cut off
			return fault.New(fault.Invalid, "format", "A cell of a workbook holds %d characters, and a text is longer: choose CSV.", excelize.TotalCellChars)
		}
		values[i] = c
	}
	at, err := excelize.CoordinatesToCellName(1, w.next)
	if err == nil {
		err = w.rows.SetRow(at, values)
	}
	if err != nil {
		return fmt.Errorf("sheet: write a row: %w", err)
	}
	w.next++
	return nil
}

// Drop ends the workbook without writing it.
func (w *Writer) Drop() { _ = w.file.Close() }

// Close ends the workbook and writes it.
func (w *Writer) Close() error {
	err := w.rows.Flush()
	if err == nil {
		err = w.file.Write(w.to)
	}
	if e := w.file.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("sheet: write a workbook: %w", err)
	}
	return nil
}

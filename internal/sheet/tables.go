package sheet

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/money"
)

// Table is a sheet for people to read and to reckon with: an amount is a number with its
// currency's decimals, a date is a date, and a text stays a text whatever it looks like.
type Table struct {
	Name   string    // of the sheet: what a sheet's name may not hold is replaced
	Widths []float64 // of the columns, in characters
	Rows   [][]any   // string, day.Date, money.Money, *money.Money (nil: no cell), or nil
	Bold   map[int]bool
	Head   int // rows that stay in sight
}

// maxSheetName is how many characters a sheet's name has at most.
const maxSheetName = 31

// WriteTables writes a workbook with one sheet a table, in their order.
func WriteTables(w io.Writer, tables []Table) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	styles := styles{file: f, made: map[string]int{}}
	for i, t := range tables {
		name := sheetName(t.Name)
		if i == 0 {
			if err := f.SetSheetName(f.GetSheetName(0), name); err != nil {
				return fmt.Errorf("sheet: name a sheet: %w", err)
			}
		} else if _, err := f.NewSheet(name); err != nil {
			return fmt.Errorf("sheet: add a sheet: %w", err)
		}
		if err := t.write(f, name, &styles); err != nil {
			return fmt.Errorf("sheet: write a table: %w", err)
		}
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("sheet: write a workbook: %w", err)
	}
	return nil
}

func (t Table) write(f *excelize.File, name string, s *styles) error {
	rows, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, width := range t.Widths {
		if err := rows.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if t.Head > 0 {
		top, err := excelize.CoordinatesToCellName(1, t.Head+1)
		if err != nil {
			return err
		}
		if err := rows.SetPanes(&excelize.Panes{Freeze: true, YSplit: t.Head, TopLeftCell: top, ActivePane: "bottomLeft"}); err != nil {
			return err
		}
	}
	for i, row := range t.Rows {
		cells := make([]any, len(row))
		for j, v := range row {
			if cells[j], err = s.cell(v, t.Bold[i]); err != nil {
				return err
			}
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := rows.SetRow(at, cells); err != nil {
			return err
		}
	}
	return rows.Flush()
}

// styles are the formats of cells, each made once.
type styles struct {
	file *excelize.File
	made map[string]int
}

func (s *styles) cell(v any, bold bool) (any, error) {
	format, value := "", v
	switch x := v.(type) {
	case *money.Money:
		if x == nil {
			return nil, nil //nolint:nilnil // no cell
		}
		return s.cell(*x, bold)
	case money.Money:
		format = "#,##0"
		if n := x.Currency.Digits(); n > 0 {
			format += "." + strings.Repeat("0", n)
		}
		number, err := strconv.ParseFloat(x.Amount().String(), 64)
		if err != nil {
			return nil, err
		}
		value = number
	case day.Date:
		at, err := time.Parse(time.DateOnly, string(x))
		if err != nil {
			return nil, err
		}
		format, value = "yyyy-mm-dd", at
	case string:
		if utf8.RuneCountInString(x) > excelize.TotalCellChars {
			value = string([]rune(x)[:excelize.TotalCellChars])
		}
	}
	if format == "" && !bold {
		return value, nil
	}
	id, err := s.style(format, bold)
	return excelize.Cell{StyleID: id, Value: value}, err
}

func (s *styles) style(format string, bold bool) (int, error) {
	key := fmt.Sprint(format, bold)
	if id, ok := s.made[key]; ok {
		return id, nil
	}
	style := &excelize.Style{}
	if format != "" {
		style.CustomNumFmt = &format
	}
	if bold {
		style.Font = &excelize.Font{Bold: true}
	}
	id, err := s.file.NewStyle(style)
	s.made[key] = id
	return id, err
}

// sheetName is a name that a sheet may have.
func sheetName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return ' '
		}
		return r
	}, name)
	if r := []rune(name); len(r) > maxSheetName {
		name = string(r[:maxSheetName])
	}
	return strings.TrimSpace(name)
}

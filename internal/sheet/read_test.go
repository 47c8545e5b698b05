package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/sheet"
)

// readAll reads a sheet, the first one when it is "".
func readAll(file []byte, name string) (rows map[int][]string, sheets []string, err error) {
	book, err := sheet.Reader{}.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, nil, err
	}
	if name == "" {
		name = book.Sheets()[0]
	}
	in, err := book.Rows(name)
	if err != nil {
		return nil, book.Sheets(), err
	}
	defer func() { _ = in.Close() }()
	rows = map[int][]string{}
	for {
		n, cells, err := in.Next()
		if errors.Is(err, io.EOF) {
			return rows, book.Sheets(), nil
		}
		if err != nil {
			return nil, book.Sheets(), err
		}
		rows[n] = append([]string{}, cells...)
	}
}

func made(t testing.TB, f *excelize.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestCellsReadAsAPersonReadsThem(t *testing.T) {
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		value   any
		format  int
		code    string
		formula string
		want    string
	}{
		"text":                              {value: "Άλφα & <ΑΕ>", want: "Άλφα & <ΑΕ>"},
		"text of several lines":             {value: "a\nb", want: "a\nb"},
		"digits as text":                    {value: "00123", want: "00123"},
		"a whole number":                    {value: 42, want: "42"},
		"a VAT number":                      {value: 94259216, format: 0, code: "000000000", want: "094259216"},
		"a VAT number without a format":     {value: 194259216, want: "194259216"},
		"a telephone number":                {value: 306971234567, want: "306971234567"},
		"a telephone number, scientific":    {value: 306971234567, format: 11, want: "306971234567"},
		"a very large number":               {value: 1.2e+20, want: "120000000000000000000"},
		"a fraction":                        {value: 0.1 + 0.2, want: "0.3"},
		"an amount with a sign":             {value: 1234.5, code: `#,##0.00 "€"`, want: "1234.5"},
		"an amount with a sign of a locale": {value: -1234.5, code: `[$€-408]\ #,##0.00;[Red]\-#,##0.00`, want: "-1234.5"},
		"percent":                           {value: 0.24, format: 9, want: "24%"},
		"percent with decimals":             {value: 0.075, code: "0.0%", want: "7.5%"},
		"a postal code":                     {value: 1234, code: "00000", want: "01234"},
		"a postal code with a space":        {value: 10431, code: `000\ 00`, want: "10431"},
		"a date":                            {value: day, format: 14, want: "2026-11-24"},
		"a Greek date":                      {value: day, code: "dd/mm/yyyy", want: "2026-11-24"},
		"a date in words":                   {value: day, code: `[$-408]d mmmm yyyy;@`, want: "2026-11-24"},
		"a month":                           {value: day, code: "mmm-yy", want: "2026-11-24"},
		"a date and a time":                 {value: day.Add(13*time.Hour + 5*time.Minute), format: 22, want: "2026-11-24 13:05:00"},
		"a time of day":                     {value: 0.5, code: "hh:mm", want: "12:00:00"},
		"the first of March 1900":           {value: 61, format: 14, want: "1900-03-01"},
		"the first of January 1900":         {value: 1, format: 14, want: "1900-01-01"},
		"yes":                               {value: true, want: "yes"},
		"no":                                {value: false, want: "no"},
		"a formula with a number":           {value: 7, formula: "3+4", want: "7"},
		"a number kept as text":             {value: 12, format: 49, want: "12"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := excelize.NewFile()
			must(t, f.SetCellValue("Sheet1", "B3", tt.value))
			style := &excelize.Style{NumFmt: tt.format}
			if tt.code != "" {
				style.CustomNumFmt = &tt.code
			}
			if tt.format != 0 || tt.code != "" {
				id, err := f.NewStyle(style)
				must(t, err)
				must(t, f.SetCellStyle("Sheet1", "B3", "B3", id))
			}
			if tt.formula != "" {
				must(t, f.SetCellFormula("Sheet1", "B3", tt.formula))
			}
			rows, _, err := readAll(made(t, f), "")
			must(t, err)
			if diff := cmp.Diff(map[int][]string{3: {"", tt.want}}, rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDatesOf1904(t *testing.T) {
	f := excelize.NewFile()
	yes := true
	must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
	must(t, f.SetCellValue("Sheet1", "A1", 0))
	must(t, f.SetCellValue("Sheet1", "A2", 366))
	id, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(t, err)
	must(t, f.SetCellStyle("Sheet1", "A1", "A2", id))
	rows, _, err := readAll(made(t, f), "")
	must(t, err)
	if diff := cmp.Diff(map[int][]string{1: {"1904-01-01"}, 2: {"1905-01-01"}}, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestEverySheetIsRead(t *testing.T) {
	f := excelize.NewFile()
	_, err := f.NewSheet("Δεύτερο & άλλο")
	must(t, err)
	must(t, f.SetCellValue("Δεύτερο & άλλο", "A2", "here"))
	rows, sheets, err := readAll(made(t, f), "Δεύτερο & άλλο")
	must(t, err)
	if diff := cmp.Diff([]string{"Sheet1", "Δεύτερο & άλλο"}, sheets); diff != "" || len(rows) != 1 || rows[2][0] != "here" {
		t.Errorf("sheets %q, rows %v", sheets, rows)
	}
	if _, _, err := readAll(made(t, f), "none"); !errors.Is(err, fault.New(fault.Invalid, "sheet", "")) {
		t.Errorf("a sheet that is not there: %v", err)
	}
}

// What is written as text is read as it was, whichever cells have it.
func TestTextIsReadAsItWasWritten(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("abΆς€ ,;'\"<&>\n=+0123€😀")), 1, 20, -1)
	rapid.Check(t, func(rt *rapid.T) {
		want, f := map[int][]string{}, excelize.NewFile()
		stream := rapid.Bool().Draw(rt, "inline")
		var w *excelize.StreamWriter
		if stream {
			var err error
			w, err = f.NewStreamWriter("Sheet1")
			must(t, err)
		}
		for row := 1; row <= 6; row++ {
			cells := rapid.SliceOfN(rapid.OneOf(text, rapid.Just("")), 0, 5).Draw(rt, "cells")
			values := make([]any, len(cells))
			for i, c := range cells {
				if values[i] = c; c == "" {
					values[i] = nil
				}
				at, _ := excelize.CoordinatesToCellName(i+1, row)
				if !stream && c != "" {
					must(t, f.SetCellStr("Sheet1", at, c))
				}
			}
			if stream {
				must(t, w.SetRow(fmt.Sprint("A", row), values))
			}
			for len(cells) > 0 && cells[len(cells)-1] == "" {
				cells = cells[:len(cells)-1]
			}
			if len(cells) > 0 {
				want[row] = cells
			}
		}
		if stream {
			must(t, w.Flush())
		}
		got, _, err := readAll(made(t, f), "")
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("rows (-want +got):\n%s", diff)
		}
	})
}

// packed makes a workbook by hand: parts by their names.
func packed(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	all := map[string]string{
		"_rels/.rels":                `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<x:workbook xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><x:sheets><x:sheet name="One" sheetId="1" r:id="r1"/></x:sheets></x:workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<x:sst xmlns:x="m"><x:si><x:r><x:t>rich </x:t></x:r><x:r><x:t>text</x:t></x:r><x:rPh><x:t>spoken</x:t></x:rPh></x:si></x:sst>`,
		"xl/worksheets/sheet1.xml":   `<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c><x:c t="d"><x:v>2026-11-24T00:00:00</x:v></x:c><x:c t="str"><x:f>"a"&amp;"b"</x:f><x:v>ab</x:v></x:c></x:row><x:row r="5"><x:c r="C5" t="inlineStr"><x:is><x:t>in_x000D_line</x:t></x:is></x:c></x:row></x:sheetData><x:other><x:row r="9"><x:c><x:v>1</x:v></x:c></x:row></x:other></x:worksheet>`,
	}
	for name, text := range parts {
		all[name] = text
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range all {
		if text == "" {
			continue
		}
		w, err := z.Create(name)
		must(t, err)
		_, err = io.WriteString(w, text)
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

func TestWorkbooksOfOtherProgramsAreRead(t *testing.T) {
	rows, _, err := readAll(packed(t, nil), "")
	must(t, err)
	if diff := cmp.Diff(map[int][]string{1: {"rich text", "", "2026-11-24", "ab"}, 5: {"", "", "in\rline"}}, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestWhatIsNoWorkbookIsRefused(t *testing.T) {
	const sheetPart = "xl/worksheets/sheet1.xml"
	inRow := func(cells string) string {
		return `<worksheet><sheetData><row r="1">` + cells + `</row></sheetData></worksheet>`
	}
	tests := map[string]struct {
		file []byte
		code fault.Code
	}{
		"no zip":                {[]byte("PK\x03\x04 and no more"), fault.Invalid},
		"another zip":           {packed(t, map[string]string{"_rels/.rels": ""}), fault.Invalid},
		"a text document":       {packed(t, map[string]string{"xl/workbook.xml": "<document/>"}), fault.Invalid},
		"no sheet":              {packed(t, map[string]string{"xl/workbook.xml": "<workbook/>"}), fault.Invalid},
		"a missing part":        {packed(t, map[string]string{sheetPart: ""}), fault.Invalid},
		"bad XML":               {packed(t, map[string]string{sheetPart: inRow(`<c><v>1<</v></c>`)}), fault.Invalid},
		"a part that is cut":    {packed(t, map[string]string{sheetPart: `<worksheet><sheetData><row><c><v>1`}), fault.Invalid},
		"a text that is not":    {packed(t, map[string]string{sheetPart: inRow(`<c t="s"><v>9</v></c>`)}), fault.Invalid},
		"rows out of order":     {packed(t, map[string]string{sheetPart: `<worksheet><sheetData><row r="2"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row></sheetData></worksheet>`}), fault.Invalid},
		"cells out of order":    {packed(t, map[string]string{sheetPart: inRow(`<c r="B1"><v>1</v></c><c r="A1"><v>1</v></c>`)}), fault.Invalid},
		"a column far out":      {packed(t, map[string]string{sheetPart: inRow(`<c r="ZZZZ1"><v>1</v></c>`)}), fault.TooLarge},
		"a cell of 2 MB":        {packed(t, map[string]string{sheetPart: inRow(`<c t="str"><v>` + strings.Repeat("x", 2<<20) + `</v></c>`)}), fault.TooLarge},
		"an attribute of 2 MB":  {packed(t, map[string]string{sheetPart: inRow(`<c x="` + strings.Repeat("x", 2<<20) + `"/>`)}), fault.TooLarge},
		"a bomb of spaces":      {packed(t, map[string]string{sheetPart: `<worksheet><sheetData>` + strings.Repeat(`<row> </row>`, 4<<20)}), fault.TooLarge},
		"a bomb of shared text": {packed(t, map[string]string{"xl/sharedStrings.xml": `<sst>` + strings.Repeat(`<si><t>`+strings.Repeat("x", 1000)+`</t></si>`, 60_000) + `</sst>`}), fault.TooLarge},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := readAll(tt.file, "")
			runtime.ReadMemStats(&after)
			all, _ := fault.All(err)
			if len(all) != 1 || all[0].Code != tt.code || all[0].Field != "file" {
				t.Errorf("got %v, want %s on file", err, tt.code)
			}
			if held := int64(after.HeapSys) - int64(before.HeapSys); held > 200<<20 {
				t.Errorf("it took %d bytes", held)
			}
		})
	}
}

// A hundred thousand rows are read as a stream.
func TestALargeSheetIsReadInLittleMemory(t *testing.T) {
	const n = 100_000
	var b bytes.Buffer
	w, err := sheet.NewWriter(&b, "Contacts")
	must(t, err)
	for i := range n {
		must(t, w.Row([]string{fmt.Sprint("C", i), fmt.Sprint("Εταιρεία ", i), "Αθήνα"}))
	}
	must(t, w.Close())
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	book, err := sheet.Reader{}.Open(bytes.NewReader(b.Bytes()), int64(b.Len()))
	must(t, err)
	in, err := book.Rows("Contacts")
	must(t, err)
	rows, peak := 0, uint64(0)
	for ; ; rows++ {
		if _, _, err := in.Next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if rows%10_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
		}
	}
	if held := int64(peak) - int64(before.HeapAlloc); rows != n || held > 8<<20 {
		t.Errorf("%d rows were read, %d bytes held", rows, held)
	}
}

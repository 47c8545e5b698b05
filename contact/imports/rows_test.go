package imports

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
)

type plainRow struct {
	Line   int
	Cells  []string
	Broken int // the cell at fault from 1, 0 for none
}

func read(text string) (out []plainRow, err error) {
	r, err := newRows(bufio.NewReaderSize(strings.NewReader(text), ahead), 0)
	if err != nil {
		return nil, err
	}
	return readAll(r)
}

func readAll(r *rows) (out []plainRow, err error) {
	for {
		next, err := r.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		p := plainRow{Line: next.line, Cells: slices.Clone(next.cells)}
		if next.broken != "" {
			p.Broken = next.at + 1
		}
		out = append(out, p)
	}
}

func TestRowsKeepTheLineTheyBeginOn(t *testing.T) {
	tests := map[string]struct {
		text string
		want []plainRow
	}{
		"plain":                     {"a,b\nc,d", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{"c", "d"}, 0}}},
		"several lines in a cell":   {"a,b\n\"1\n2\n3\",x\ny,z\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{"1\n2\n3", "x"}, 0}, {5, []string{"y", "z"}, 0}}},
		"line ends of Windows":      {"a,b\r\n\"1\r\n2\",x\r\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{"1\n2", "x"}, 0}}},
		"line ends of an old Mac":   {"a,b\rc,d\r", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{"c", "d"}, 0}}},
		"quotation marks in a cell": {"a,b\n\"x \"\"y\"\"\",12\" pipe\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{"x \"y\"", "12\" pipe"}, 0}}},
		"an empty line":             {"a,b\n\nc,d\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{""}, 0}, {3, []string{"c", "d"}, 0}}},
		"an empty last cell":        {"a,b\nc,\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{"c", ""}, 0}}},
		"text after a closing mark": {"a,b\nc,\"d\"e,f\nx,y\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{"c", "d"}, 2}, {3, []string{"x", "y"}, 0}}},
		"spaces after one":          {"a,b\n\"c\" ,\"d\"\t\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{"c", "d"}, 0}}},
		"a mark that never closes":  {"a,b\nc,\"d\ne,f\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{"c", "d\ne,f\n"}, 2}}},
		"bytes that are no text":    {"a,b\nc,\uffff\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{"c", "\uffff"}, 2}}},
		"semicolons":                {"a;b;c\n1,2;3;4,5\n", []plainRow{{1, []string{"a", "b", "c"}, 0}, {2, []string{"1,2", "3", "4,5"}, 0}}},
		"tabs":                      {"a\tb\n1,2\t3\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{"1,2", "3"}, 0}}},
		"bars":                      {"a|b\n1;2|3\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{"1;2", "3"}, 0}}},
		"a mixed first line":        {"a,b;c;d\n1;2;3\n4;5;6\n", []plainRow{{1, []string{"a,b", "c", "d"}, 0}, {2, []string{"1", "2", "3"}, 0}, {3, []string{"4", "5", "6"}, 0}}},
		"Excel's line":              {"sep=;\na,x;b\n1;2\n", []plainRow{{2, []string{"a,x", "b"}, 0}, {3, []string{"1", "2"}, 0}}},
		"titles above":              {"Customers\nof 2026\n\na;b;c\n1,5;2;3\n1,6;3;4\n", []plainRow{{1, []string{"Customers"}, 0}, {2, []string{"of 2026"}, 0}, {3, []string{""}, 0}, {4, []string{"a", "b", "c"}, 0}, {5, []string{"1,5", "2", "3"}, 0}, {6, []string{"1,6", "3", "4"}, 0}}},
		"too long a cell":           {"a,b\n" + strings.Repeat("ω", maxCell+1) + ",x\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{strings.Repeat("ω", maxCell+1), "x"}, 1}}},
		"a cell as long as allowed": {"a,b\n" + strings.Repeat("ω", maxCell) + ",x\n", []plainRow{{1, []string{"a", "b"}, 0}, {2, []string{strings.Repeat("ω", maxCell), "x"}, 0}}},
		"one column":                {"a\nb\n", []plainRow{{1, []string{"a"}, 0}, {2, []string{"b"}, 0}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := read(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRowsOverALimitEndTheReading(t *testing.T) {
	tests := map[string]struct {
		text string
		code fault.Code
	}{
		"501 columns":           {"a" + strings.Repeat(",", 500), fault.TooLarge},
		"over 1 MB in a row":    {"a,b\n" + strings.Repeat("x", maxRow) + "\n", fault.TooLarge},
		"a NUL in a late place": {strings.Repeat("a,b\n", 1000) + "\x00", fault.Invalid},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := read(tt.text); !errors.Is(err, fault.New(tt.code, "file", "")) {
				t.Errorf("got %v, want %s", err, tt.code)
			}
		})
	}
	for name, text := range map[string]string{
		"500 columns":      "a" + strings.Repeat(",", 499),
		"1 MB in a row":    strings.Repeat("x", maxRow-1) + "\n",
		"100 rows of 1 kB": strings.Repeat(strings.Repeat("x", 1024)+"\n", 1100),
	} {
		t.Run(name+" are allowed", func(t *testing.T) {
			if _, err := read(text); err != nil {
				t.Error(err)
			}
		})
	}
}

// cells are texts that are hard on a reader of CSV.
var cells = rapid.StringOfN(rapid.SampledFrom([]rune("ab ,;\t|\"\nΆς€:")), 0, 12, -1)

func TestRowsAreThoseThatEncodingCSVWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 6).Draw(t, "width")
		want := rapid.SliceOfN(rapid.SliceOfN(cells, width, width), 1, 8).Draw(t, "rows")
		var b strings.Builder
		w := csv.NewWriter(&b)
		w.Comma = rapid.SampledFrom([]rune(",;\t|")).Draw(t, "separator")
		w.UseCRLF = rapid.Bool().Draw(t, "CRLF")
		if err := w.WriteAll(want); err != nil {
			t.Fatal(err)
		}
		// The separator is given: cells as hard as these leave it open.
		r := &rows{src: bufio.NewReader(strings.NewReader(b.String())), separator: byte(w.Comma), line: 1}
		got, err := readAll(r)
		if err != nil {
			t.Fatal(err)
		}
		line := 1
		for i, g := range got {
			if g.Line != line || g.Broken != 0 {
				t.Errorf("row %d: line %d, want %d (broken %d)", i, g.Line, line, g.Broken)
			}
			line += 1 + strings.Count(strings.Join(g.Cells, ""), "\n")
			if diff := cmp.Diff(want[i], g.Cells); diff != "" {
				t.Errorf("row %d (-want +got):\n%s", i, diff)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d rows, want %d", len(got), len(want))
		}
	})
}

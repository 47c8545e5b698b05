package sheet_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/sheet"
)

// written is a workbook of these rows, as its cells are read again.
func written(t testing.TB, rows [][]string) ([]byte, [][]string) {
	t.Helper()
	var out bytes.Buffer
	w, err := sheet.NewWriter(&out, "contacts")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Row(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	got, err := f.GetRows("contacts", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), got
}

func TestCellsAreTextsAsTheyWereWritten(t *testing.T) {
	rows := [][]string{
		{"vatNumber", "phone", "note", "=SUM(A1)"},
		{"012345678", "00302101234567890123", "two\nlines, \"quoted\" & <b>", "1.20E+08"},
		{"", "2026-11-24", " spaces ", "true"},
		{"Ωμέγα Α.Ε. 🙂", "'=x", "_x0041_", "\ttab"},
	}
	file, got := written(t, rows)
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := z.Open("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	xml, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(xml); strings.Contains(s, "<f>") || strings.Contains(s, "<v>") || !strings.Contains(s, `state="frozen"`) {
		t.Errorf("formulas, numbers or no fixed header: %s", s)
	}
}

func TestAnyTextsComeBack(t *testing.T) {
	cell := rapid.StringOf(rapid.RuneFrom([]rune("aΩ0'=+-@\"&<>;, \n\t_xé🙂")))
	rapid.Check(t, func(rt *rapid.T) {
		row := append(rapid.SliceOfN(cell, 1, 5).Draw(rt, "row"), "end") // cells at the end that are empty are no cells
		_, got := written(t, [][]string{row})
		if diff := cmp.Diff([][]string{row}, got); diff != "" {
			rt.Fatalf("(-written +read):\n%s", diff)
		}
	})
}

func TestATextThatDoesNotFitIsRefusedAndNotCut(t *testing.T) {
	w, err := sheet.NewWriter(io.Discard, "contacts")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Drop()
	if err := w.Row([]string{strings.Repeat("Ω", 32767)}); err != nil {
		t.Error(err)
	}
	if err := w.Row([]string{strings.Repeat("🙂", 16384)}); !fault.IsCode(err, fault.Invalid) { // two units each
		t.Errorf("got %v", err)
	}
}

package sheet_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/internal/sheet"
	"github.com/kartela/kartela/money"
)

func TestATableHasNumbersDatesAndTextsAsTheyAre(t *testing.T) {
	loss := money.New(-50, "JPY")
	var out bytes.Buffer
	err := sheet.WriteTables(&out, []sheet.Table{
		{Name: "EUR", Widths: []float64{12, 20}, Head: 1, Bold: map[int]bool{0: true}, Rows: [][]any{
			{"Ημερομηνία", "Ποσό"},
			{day.Date("2026-03-01"), money.New(123456, "EUR"), "=1+1", nil, (*money.Money)(nil)},
		}},
		{Name: "a/b:c[d]?*'e, and a name that goes on and on", Rows: [][]any{{&loss, money.New(1, "KWD")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	names := f.GetSheetList()
	if len(names) != 2 || names[0] != "EUR" || len([]rune(names[1])) > 31 {
		t.Fatalf("the sheets are %q", names)
	}
	type cell struct {
		Kind        excelize.CellType
		Raw, Shown  string
		Bold, Blank bool
	}
	at := func(sheet, name string) cell {
		kind, err := f.GetCellType(sheet, name)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := f.GetCellValue(sheet, name, excelize.Options{RawCellValue: true})
		shown, _ := f.GetCellValue(sheet, name)
		id, _ := f.GetCellStyle(sheet, name)
		style, err := f.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		return cell{kind, raw, shown, style.Font != nil && style.Font.Bold, raw == ""}
	}
	got := map[string]cell{"head": at("EUR", "A1"), "date": at("EUR", "A2"), "amount": at("EUR", "B2"), "text": at("EUR", "C2"),
		"nothing": at("EUR", "D2"), "no amount": at("EUR", "E2"), "yen": at(names[1], "A1"), "dinar": at(names[1], "B1")}
	want := map[string]cell{
		"head":      {excelize.CellTypeInlineString, "Ημερομηνία", "Ημερομηνία", true, false},
		"date":      {excelize.CellTypeUnset, "46082", "2026-03-01", false, false},
		"amount":    {excelize.CellTypeUnset, "1234.56", "1,234.56", false, false},
		"text":      {excelize.CellTypeInlineString, "=1+1", "=1+1", false, false},
		"nothing":   {excelize.CellTypeUnset, "", "", false, true},
		"no amount": {excelize.CellTypeUnset, "", "", false, true},
		"yen":       {excelize.CellTypeUnset, "-50", "-50", false, false},
		"dinar":     {excelize.CellTypeUnset, "0.001", "0.001", false, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
}

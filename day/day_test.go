package day_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/fault"
)

func TestDatesThatAreRead(t *testing.T) {
	tests := map[string]struct {
		text string
		ok   bool
	}{
		"an ordinary day":       {"2026-03-31", true},
		"a leap day":            {"2024-02-29", true},
		"a leap day of 2000":    {"2000-02-29", true},
		"the first":             {"1900-01-01", true},
		"the last":              {"2199-12-31", true},
		"before the first":      {"1899-12-31", false},
		"after the last":        {"2200-01-01", false},
		"no leap day":           {"2023-02-29", false},
		"no leap day of 1900":   {"1900-02-29", false},
		"the 31st of 30":        {"2026-04-31", false},
		"month 13":              {"2026-13-01", false},
		"day 0":                 {"2026-01-00", false},
		"without zeros":         {"2026-1-2", false},
		"with a time":           {"2026-01-02T00:00:00Z", false},
		"with spaces":           {" 2026-01-02", false},
		"another order":         {"02-01-2026", false},
		"other digits":          {"２０２６-01-02", false},
		"a sign":                {"+2026-01-02", false},
		"nothing":               {"", false},
		"a long text of nobody": {string(make([]byte, 10000)), false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := day.Parse(tt.text)
			if tt.ok && (err != nil || string(got) != tt.text) || !tt.ok && (!fault.IsCode(err, fault.Invalid) || got != "") {
				t.Errorf("%q, %v", got, err)
			}
			if err != nil && len(fault.From(err).Text) > 400 {
				t.Error("the answer is as long as the question")
			}
			var d day.Date
			if again := d.UnmarshalGQL(tt.text); (again == nil) != tt.ok || d != got {
				t.Errorf("over the API: %q, %v", d, again)
			}
		})
	}
	for _, v := range []any{nil, 20260102, true, []string{"2026-01-02"}} {
		var d day.Date
		if err := d.UnmarshalGQL(v); !fault.IsCode(err, fault.Invalid) {
			t.Errorf("%v was read as %q, %v", v, d, err)
		}
	}
}

func anyDate(rt *rapid.T) day.Date {
	from := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	return day.Of(from.AddDate(0, 0, rapid.IntRange(0, 109571).Draw(rt, "day")), time.UTC)
}

func TestDatesAddAndCompareLikeDays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d, n := anyDate(rt), rapid.IntRange(0, 3650).Draw(rt, "n")
		later := d.AddDays(n)
		if later.AddDays(-n) != d {
			rt.Fatalf("%s + %d days is %s, and back %s", d, n, later, later.AddDays(-n))
		}
		if (n > 0) != (later > d) {
			rt.Fatalf("%s + %d days is %s", d, n, later)
		}
		if again, err := day.Parse(string(d)); err != nil || again != d || d.Year() != int(d[0]-'0')*1000+int(d[1]-'0')*100+int(d[2]-'0')*10+int(d[3]-'0') {
			rt.Fatalf("%s of %d: %s, %v", d, d.Year(), again, err)
		}
	})
}

func TestTodayDependsOnTheZone(t *testing.T) {
	athens, err := time.LoadLocation("Europe/Athens")
	if err != nil {
		t.Fatal(err)
	}
	instant := time.Date(2026, 6, 30, 21, 30, 0, 0, time.UTC)
	if got := [2]day.Date{day.Of(instant, time.UTC), day.Of(instant, athens)}; got != [2]day.Date{"2026-06-30", "2026-07-01"} {
		t.Error(got)
	}
}

func TestADateInTheDatabase(t *testing.T) {
	zoned := time.Date(2026, 3, 31, 0, 0, 0, 0, time.FixedZone("", 3*3600))
	tests := map[string]struct {
		src  any
		want day.Date
		fail bool
	}{
		"PostgreSQL": {src: time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC), want: "2026-03-31"},
		"a zone":     {src: zoned, want: "2026-03-31"},
		"SQLite":     {src: "2026-03-31", want: "2026-03-31"},
		"bytes":      {src: []byte("2026-03-31"), want: "2026-03-31"},
		"NULL":       {src: nil, want: ""},
		"a number":   {src: int64(5), want: "2000-01-01", fail: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := day.Date("2000-01-01")
			if err := d.Scan(tt.src); (err != nil) != tt.fail || d != tt.want {
				t.Errorf("%q, %v", d, err)
			}
		})
	}
	for d, want := range map[day.Date]any{"": nil, "2026-03-31": "2026-03-31"} {
		if got, err := d.Value(); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%q is kept as %v, %v", d, got, err)
		}
	}
}

func TestADateInAnAnswer(t *testing.T) {
	for d, want := range map[day.Date]string{"": "null", "2026-03-31": `"2026-03-31"`} {
		var b bytes.Buffer
		if d.MarshalGQL(&b); b.String() != want {
			t.Errorf("%q is written %s", d, &b)
		}
	}
	if day.Date("").Year() != 0 {
		t.Error("no date has a year")
	}
}

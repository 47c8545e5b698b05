package money_test

import (
	"database/sql"
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

var _ sql.Scanner = (*money.Decimal)(nil)

func TestParseDecimal(t *testing.T) {
	tests := map[string]struct {
		in   string
		most int
		want string // "" when it is refused
	}{
		"a whole number":                     {in: "12", most: 0, want: "12"},
		"trailing zeros go":                  {in: "12.50", most: 2, want: "12.5"},
		"trailing zeros are not counted":     {in: "12.5000", most: 1, want: "12.5"},
		"a whole number keeps its zeros":     {in: "1200", most: 0, want: "1200"},
		"leading zeros":                      {in: "007.10", most: 2, want: "7.1"},
		"negative":                           {in: "-0.05", most: 2, want: "-0.05"},
		"no minus before zero":               {in: "-0.00", most: 2, want: "0"},
		"nineteen digits":                    {in: "9999999999999999999", most: 0, want: "9999999999999999999"},
		"nineteen digits with a fraction":    {in: "-99999999999999.99999", most: 5, want: "-99999999999999.99999"},
		"the smallest":                       {in: "0.000000000000000001", most: 19, want: "0.000000000000000001"},
		"twenty digits would be rounded":     {in: "1.2345678901234567891", most: 19},
		"twenty whole digits":                {in: "12345678901234567890", most: 19},
		"twenty digits that are zeros":       {in: "0.0000000000000000000", most: 19},
		"too many decimals":                  {in: "0.123", most: 2},
		"empty":                              {in: "", most: 2},
		"a minus alone":                      {in: "-", most: 2},
		"two minuses":                        {in: "--1", most: 2},
		"a plus":                             {in: "+1", most: 2},
		"an exponent":                        {in: "1e3", most: 2},
		"no digit before the point":          {in: ".5", most: 2},
		"no digit after the point":           {in: "5.", most: 2},
		"two points":                         {in: "1.2.3", most: 2},
		"a comma":                            {in: "1,5", most: 2},
		"a space":                            {in: " 1", most: 2},
		"not a number":                       {in: "NaN", most: 2},
		"infinity":                           {in: "Inf", most: 2},
		"digits of another script":           {in: "١٢", most: 2},
		"hexadecimal":                        {in: "0x10", most: 2},
		"a grouped number":                   {in: "1_000", most: 2},
		"a number within a sign":             {in: "1-", most: 2},
		"a minus after the point":            {in: "1.-5", most: 2},
		"a long text is refused and clipped": {in: strings.Repeat("α", 1000), most: 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := money.ParseDecimal(tt.in, tt.most)
			if tt.want == "" {
				if !fault.IsCode(err, fault.Invalid) {
					t.Fatalf("got %v, %v; want INVALID", got, err)
				}
				if n := len([]rune(err.Error())); n > 140 {
					t.Errorf("the fault quotes %d letters", n)
				}
				return
			}
			if err != nil || got.String() != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestMustDecimalPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	money.MustDecimal("twelve")
}

// decimals draws the text of a decimal that is accepted, with up to 19 digits.
var decimals = rapid.Custom(func(t *rapid.T) string {
	digits := rapid.StringMatching(`[0-9]{1,19}`).Draw(t, "digits")
	if at := rapid.IntRange(1, len(digits)).Draw(t, "point"); at < len(digits) {
		digits = digits[:at] + "." + digits[at:]
	}
	return rapid.SampledFrom([]string{"", "-"}).Draw(t, "sign") + digits
})

func rat(t interface{ Fatalf(string, ...any) }, s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is no number", s)
	}
	return r
}

// A decimal is the number that its text says, whatever is done with it.
func TestDecimalAgreesWithFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, u := decimals.Draw(t, "s"), decimals.Draw(t, "u")
		d, e := money.MustDecimal(s), money.MustDecimal(u)
		r, q := rat(t, s), rat(t, u)
		if got := rat(t, d.String()); got.Cmp(r) != 0 {
			t.Fatalf("String of %s = %s", s, d)
		}
		if strings.Contains(d.String(), ".") && strings.HasSuffix(d.String(), "0") || d.String() == "-0" {
			t.Fatalf("String of %s = %s is not canonical", s, d)
		}
		if d.Sign() != r.Sign() || d.Cmp(e) != r.Cmp(q) || d.Equal(e) != (r.Cmp(q) == 0) {
			t.Fatalf("%s, %s: sign %d, compare %d, equal %v", s, u, d.Sign(), d.Cmp(e), d.Equal(e))
		}
		if got := rat(t, d.Neg().String()); got.Cmp(new(big.Rat).Neg(r)) != 0 {
			t.Fatalf("−(%s) = %s", s, d.Neg())
		}
		places := rapid.IntRange(0, 20).Draw(t, "places")
		want := new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)))
		got, exact := d.Scaled(places)
		if exact != want.IsInt() || d.Fits(places) != exact || (exact && got.Cmp(want.Num()) != 0) {
			t.Fatalf("%s scaled by %d = %v, %v; fits %v", s, places, got, exact, d.Fits(places))
		}
	})
}

// Every way out and in again gives the same number with the same text.
func TestDecimalComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := money.MustDecimal(decimals.Draw(t, "d"))
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back money.Decimal
		if err := json.Unmarshal(raw, &back); err != nil || back.String() != d.String() {
			t.Fatalf("JSON %s: %s, %v", raw, back, err)
		}
		var gql strings.Builder
		d.MarshalGQL(&gql)
		if diff := cmp.Diff(string(raw), gql.String()); diff != "" {
			t.Fatal(diff)
		}
		v, err := d.Value()
		if err != nil {
			t.Fatal(err)
		}
		if err := back.Scan(v); err != nil || back.String() != d.String() {
			t.Fatalf("column %v: %s, %v", v, back, err)
		}
	})
}

func TestDecimalScan(t *testing.T) {
	tests := map[string]struct {
		in   any
		want string // "" when it is refused
	}{
		"NULL":                          {in: nil, want: "0"},
		"text":                          {in: "1.50", want: "1.5"},
		"bytes":                         {in: []byte("-24.000000"), want: "-24"},
		"numeric of PostgreSQL":         {in: "1.0000", want: "1"},
		"an integer":                    {in: int64(math.MinInt64), want: "-9223372036854775808"},
		"a whole float":                 {in: float64(-3), want: "-3"},
		"the largest exact float":       {in: float64(1 << 53), want: "9007199254740992"},
		"a larger float":                {in: float64(1<<53 + 2)},
		"a float with a fraction":       {in: 1.5},
		"infinity":                      {in: math.Inf(1)},
		"not a number":                  {in: math.NaN()},
		"a text that is no number":      {in: "abc"},
		"a numeric's NaN":               {in: "NaN"},
		"a truth value":                 {in: true},
		"a text of more than 19 digits": {in: "1.00000000000000000001"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := money.FromInt(7)
			err := got.Scan(tt.in)
			if tt.want == "" {
				if _, shown := fault.All(err); err == nil || shown {
					t.Errorf("got %v, %v; want an error that no viewer sees", got, err)
				}
				return
			}
			if err != nil || got.String() != tt.want {
				t.Errorf("got %s, %v; want %s", got, err, tt.want)
			}
		})
	}
}

func TestDecimalUnmarshalJSON(t *testing.T) {
	tests := map[string]struct {
		in   string
		want string // "" when it is refused
	}{
		"text":                      {in: `"12.50"`, want: "12.5"},
		"escaped text":              {in: `"\u0031"`, want: "1"},
		"a number, digit by digit":  {in: `0.1000000000000000001`},
		"a number of 19 digits":     {in: `0.100000000000000001`, want: "0.100000000000000001"},
		"a number with an exponent": {in: `1e2`},
		"null changes nothing":      {in: `null`, want: "7"},
		"a truth value":             {in: `true`},
		"an object":                 {in: `{}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := money.FromInt(7)
			err := json.Unmarshal([]byte(tt.in), &got)
			if tt.want == "" {
				if err == nil || !got.Equal(money.FromInt(7)) {
					t.Errorf("got %s, %v; want an error and the old value", got, err)
				}
				return
			}
			if err != nil || got.String() != tt.want {
				t.Errorf("got %s, %v; want %s", got, err, tt.want)
			}
		})
	}
}

func TestDecimalUnmarshalGQL(t *testing.T) {
	tests := map[string]struct {
		in   any
		want string // "" when it is refused
	}{
		"text":                      {in: "12.50", want: "12.5"},
		"a variable's number":       {in: json.Number("3.10"), want: "3.1"},
		"a literal's number":        {in: int64(-4), want: "-4"},
		"an int":                    {in: 5, want: "5"},
		"a float has lost digits":   {in: 1.5},
		"null":                      {in: nil},
		"a bad text":                {in: "1,5"},
		"a number with an exponent": {in: json.Number("1e2")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := money.FromInt(7)
			err := got.UnmarshalGQL(tt.in)
			if tt.want == "" {
				if !fault.IsCode(err, fault.Invalid) || !got.Equal(money.FromInt(7)) {
					t.Errorf("got %s, %v; want INVALID and the old value", got, err)
				}
				return
			}
			if err != nil || got.String() != tt.want {
				t.Errorf("got %s, %v; want %s", got, err, tt.want)
			}
		})
	}
}

func TestZeroDecimal(t *testing.T) {
	var zero money.Decimal
	if zero.String() != "0" || zero.Sign() != 0 || !zero.Equal(money.MustDecimal("0.00")) || !zero.Fits(0) {
		t.Errorf("the zero value is %s", zero)
	}
}

// An amount has its currency's digits, and equals the same number without them.
func TestPaddedDecimal(t *testing.T) {
	padded, plain := money.New(1250, "EUR").Amount(), money.MustDecimal("12.5")
	if padded.String() != "12.50" || plain.String() != "12.5" {
		t.Fatalf("%s, %s", padded, plain)
	}
	if !padded.Equal(plain) || padded.Cmp(plain) != 0 || !padded.Fits(1) {
		t.Errorf("%s and %s: equal %v, compare %d, fits %v", padded, plain, padded.Equal(plain), padded.Cmp(plain), padded.Fits(1))
	}
	if n, exact := padded.Scaled(1); !exact || n.Int64() != 125 {
		t.Errorf("scaled by 1: %v, %v", n, exact)
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"0", "-12.50", "9999999999999999999", "1e3", ".5", "1.2345678901234567891"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := money.ParseDecimal(s, 6)
		if err != nil {
			if !fault.IsCode(err, fault.Invalid) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if rat(t, d.String()).Cmp(rat(t, s)) != 0 {
			t.Fatalf("%q became %s", s, d)
		}
	})
}

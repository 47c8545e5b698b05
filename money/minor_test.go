package money_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

// minors draws amounts, many of them at the bounds of an amount or of 64 bits.
var minors = rapid.OneOf(
	rapid.Map(rapid.Int64Range(-1000, 1000), func(n int64) money.Minor { return money.Minor(n) }),
	rapid.Map(rapid.Int64Range(int64(-money.MaxMinor)-2, int64(money.MaxMinor)+2), func(n int64) money.Minor { return money.Minor(n) }),
	rapid.SampledFrom([]money.Minor{math.MinInt64, math.MaxInt64, money.MaxMinor, money.MaxMinor + 1, -money.MaxMinor, -money.MaxMinor - 1}),
)

// Add, Sub, Neg and Sum agree with integers of any size, and refuse what is out of bounds.
func TestMinorAgreesWithIntegers(t *testing.T) {
	bound := big.NewInt(1 << 53)
	rapid.Check(t, func(t *rapid.T) {
		a, b := minors.Draw(t, "a"), minors.Draw(t, "b")
		check := func(name string, got money.Minor, err error, want *big.Int, terms ...money.Minor) {
			fits := want.CmpAbs(bound) <= 0
			for _, m := range terms {
				fits = fits && m.InBounds()
			}
			if fits != (err == nil) || (fits && int64(got) != want.Int64()) {
				t.Fatalf("%s of %d, %d = %d, %v; want %s", name, a, b, got, err, want)
			}
			if err != nil && !fault.IsCode(err, fault.Invalid) {
				t.Fatalf("%s: %v is not INVALID", name, err)
			}
		}
		x, y := big.NewInt(int64(a)), big.NewInt(int64(b))
		sum, err := a.Plus(b)
		check("Plus", sum, err, new(big.Int).Add(x, y), a, b)
		difference, err := a.Minus(b)
		check("Minus", difference, err, new(big.Int).Sub(x, y), a, b)
		negative, err := a.Neg()
		check("Neg", negative, err, new(big.Int).Neg(x), a)
	})
}

func TestSum(t *testing.T) {
	tests := map[string]struct {
		in      []money.Minor
		want    money.Minor
		refused bool
	}{
		"nothing":                          {},
		"up to the bound":                  {in: []money.Minor{money.MaxMinor - 3, 1, 2}, want: money.MaxMinor},
		"down to the bound":                {in: []money.Minor{-money.MaxMinor + 1, -1}, want: -money.MaxMinor},
		"one beyond":                       {in: []money.Minor{money.MaxMinor, 1}, refused: true},
		"a step beyond":                    {in: []money.Minor{money.MaxMinor, 1, -1}, refused: true},
		"an amount beyond that would wrap": {in: []money.Minor{-2, math.MinInt64}, refused: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := money.Sum(tt.in...)
			if got != tt.want || (err != nil) != tt.refused {
				t.Errorf("got %d, %v; want %d, refused %v", got, err, tt.want, tt.refused)
			}
		})
	}
}

func TestRound(t *testing.T) {
	tests := map[string]struct {
		numerator, denominator int64
		want                   money.Minor
	}{
		"exact":                {numerator: 84, denominator: 7, want: 12},
		"zero":                 {denominator: 3},
		"below half":           {numerator: 149, denominator: 100, want: 1},
		"half":                 {numerator: 150, denominator: 100, want: 2},
		"half of an even unit": {numerator: 250, denominator: 100, want: 3},
		"negative half":        {numerator: -250, denominator: 100, want: -3},
		"negative below half":  {numerator: -249, denominator: 100, want: -2},
		"half of the smallest": {numerator: -1, denominator: 2, want: -1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := money.Round(big.NewInt(tt.numerator), big.NewInt(tt.denominator))
			if err != nil || got != tt.want {
				t.Errorf("got %d, %v; want %d", got, err, tt.want)
			}
		})
	}
}

// What is rounded is at most half a unit away, and away from zero when it is just half.
func TestRoundIsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := big.NewInt(rapid.Int64().Draw(t, "n"))
		n.Mul(n, big.NewInt(rapid.Int64Range(1, 1<<40).Draw(t, "times")))
		d := big.NewInt(rapid.Int64Range(1, math.MaxInt64).Draw(t, "d"))
		nBefore, dBefore := n.String(), d.String()
		got, err := money.Round(n, d)
		if n.String() != nBefore || d.String() != dBefore {
			t.Fatal("an argument was changed")
		}
		exact := new(big.Rat).SetFrac(n, d)
		size := new(big.Rat).Abs(exact)
		if limit := new(big.Rat).SetFrac64(1<<54+1, 2); size.Cmp(limit) >= 0 {
			if !fault.IsCode(err, fault.Invalid) {
				t.Fatalf("%s: got %d, %v; want INVALID", exact, got, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", exact, err)
		}
		away := new(big.Rat).Sub(new(big.Rat).SetInt64(int64(max(got, -got))), size) // −1/2 < away ≤ 1/2
		half := big.NewRat(1, 2)
		if away.Cmp(half) > 0 || away.Cmp(new(big.Rat).Neg(half)) <= 0 || int64(exact.Sign())*int64(got) < 0 {
			t.Fatalf("%s became %d", exact, got)
		}
	})
}

func TestRoundAtTheBound(t *testing.T) {
	most := big.NewInt(int64(money.MaxMinor))
	twice := new(big.Int).Lsh(most, 1) // ÷ 2 is the bound
	if got, err := money.Round(twice, big.NewInt(2)); err != nil || got != money.MaxMinor {
		t.Errorf("the bound: %d, %v", got, err)
	}
	for _, n := range []*big.Int{new(big.Int).Add(twice, big.NewInt(1)), new(big.Int).Lsh(most, 100)} {
		if got, err := money.Round(n, big.NewInt(2)); !fault.IsCode(err, fault.Invalid) {
			t.Errorf("%s ÷ 2: got %d, %v; want INVALID", n, got, err)
		}
	}
}

package project

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/kartela/kartela/money"
)

func TestHoursHaveFourDecimals(t *testing.T) {
	for seconds, want := range map[int64]string{0: "0", 1: "0.0003", 3600: "1", 5400: "1.5", 1200: "0.3333", 86400: "24", 100_000: "27.7778"} {
		if got := Hours(seconds); got.String() != want {
			t.Errorf("%d seconds are %s hours, not %s", seconds, got, want)
		}
	}
}

func TestSharesComeToTheAmount(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		amount := money.Minor(rapid.Int64Range(0, 1<<40).Draw(rt, "amount"))
		parts := rapid.SliceOfN(rapid.Int64Range(1, 86_400), 1, 30).Draw(rt, "parts")
		var all int64
		for _, p := range parts {
			all += p
		}
		var sum money.Minor
		for i, s := range shares(amount, parts) {
			sum += s
			exact := float64(amount) * float64(parts[i]) / float64(all)
			if d := float64(s) - exact; s < 0 || d > 1.01 || d < -1.01 {
				rt.Fatalf("share %d of %v is %d, not %f", i, parts, s, exact)
			}
		}
		if sum != amount {
			rt.Fatalf("the shares come to %d, not %d", sum, amount)
		}
	})
}

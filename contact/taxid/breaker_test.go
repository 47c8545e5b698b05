package taxid

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 7, 9, 12, 0, 0, 0, time.UTC)

func TestABreakerOpensAfterFiveFailuresInARow(t *testing.T) {
	why := &Outage{Reason: "MS_UNAVAILABLE", Text: "No.", Again: true, Down: true}
	tests := map[string]struct {
		outcomes []outcome
		open     bool
	}{
		"four failures":                  {[]outcome{failed, failed, failed, failed}, false},
		"five failures":                  {[]outcome{failed, failed, failed, failed, failed}, true},
		"a success between them":         {[]outcome{failed, failed, failed, failed, worked, failed}, false},
		"one who went away is no matter": {[]outcome{failed, failed, unknown, failed, failed, failed}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var b breaker
			for _, how := range tt.outcomes {
				round, refused := b.enter(noon)
				if refused != nil {
					t.Fatal("refused before its time")
				}
				b.leave(noon, round, how, why)
			}
			_, refused := b.enter(noon.Add(firstOpen - 1))
			if (refused != nil) != tt.open {
				t.Fatalf("refused: %v", refused)
			}
			if refused != nil && (refused.Reason != why.Reason || refused.Text != why.Text || !refused.RetryAt.Equal(noon.Add(firstOpen)) || refused.Again || refused.Down) {
				t.Errorf("%+v", refused)
			}
		})
	}
}

func TestAProbeThatFailsKeepsItOpenTwiceAsLong(t *testing.T) {
	var b breaker
	why := &Outage{Reason: "TIMEOUT"}
	for range failuresToOpen {
		round, _ := b.enter(noon)
		b.leave(noon, round, failed, why)
	}
	now := noon
	for _, wait := range []time.Duration{1, 2, 4, 8, 10, 10} {
		if _, refused := b.enter(now.Add(wait*time.Minute - 1)); refused == nil {
			t.Fatalf("open for less than %d minutes", wait)
		}
		now = now.Add(wait * time.Minute)
		round, refused := b.enter(now)
		if refused != nil {
			t.Fatalf("open for more than %d minutes", wait)
		}
		if _, second := b.enter(now); second == nil {
			t.Fatal("two probes")
		}
		b.leave(now, round, failed, why)
	}
	now = now.Add(longestOpen)
	round, _ := b.enter(now)
	b.leave(now, round, unknown, nil) // the one who probed went away: the next may
	if round, refused := b.enter(now); refused != nil {
		t.Fatal("nobody probes any more")
	} else {
		b.leave(now, round, worked, nil)
	}
	for range failuresToOpen { // closed, and as at first
		round, refused := b.enter(now)
		if refused != nil {
			t.Fatal("it did not close")
		}
		b.leave(now, round, failed, why)
	}
	if _, refused := b.enter(now.Add(firstOpen)); refused != nil {
		t.Error("opened for longer than at first")
	}
}

// A model that knows the rules only: whatever is asked, answered and waited for, nothing is
// let through that they forbid, nothing is kept out that they allow.
func TestABreakerFollowsItsRules(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var b breaker
		now := noon
		type asked struct{ round, era int }
		var under []asked
		era, inARow, wait := 0, 0, time.Duration(0) // era: odd while open
		var until time.Time
		probing := -1 // the era whose probe is under way
		open := false
		for range rapid.IntRange(1, 120).Draw(rt, "steps") {
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0:
				now = now.Add(time.Duration(rapid.IntRange(1, 700).Draw(rt, "seconds")) * time.Second)
			case 1:
				round, refused := b.enter(now)
				allowed := !open || (!now.Before(until) && probing != era)
				if (refused == nil) != allowed {
					rt.Fatalf("refused %v, allowed %v", refused, allowed)
				}
				if refused != nil {
					continue
				}
				if open {
					probing = era
				}
				under = append(under, asked{round, era})
			default:
				if len(under) == 0 {
					continue
				}
				i := rapid.IntRange(0, len(under)-1).Draw(rt, "which")
				a := under[i]
				under = append(under[:i], under[i+1:]...)
				how := rapid.SampledFrom([]outcome{worked, failed, failed, failed, unknown}).Draw(rt, "how")
				b.leave(now, a.round, how, &Outage{Reason: "X"})
				if a.era != era {
					continue // an old one says nothing
				}
				switch {
				case how == unknown:
					probing = -1
				case how == worked:
					inARow = 0
					if open {
						open, wait, era, probing = false, 0, era+1, -1
					}
				case open:
					wait = min(2*wait, 10*time.Minute)
					until, era, probing = now.Add(wait), era+1, -1
				default:
					if inARow++; inARow == 5 {
						open, inARow, wait, until, era = true, 0, time.Minute, now.Add(time.Minute), era+1
					}
				}
			}
		}
	})
}

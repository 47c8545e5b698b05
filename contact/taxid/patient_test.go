package taxid_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/fault"
)

// asked is a registry made of a function.
type asked func(ctx context.Context, q taxid.Question) (*taxid.Answer, error)

func (f asked) Ask(ctx context.Context, q taxid.Question) (*taxid.Answer, error) { return f(ctx, q) }

var (
	transient = &taxid.Outage{Reason: "MS_UNAVAILABLE", Again: true, Down: true}
	blocked   = &taxid.Outage{Reason: "IP_BLOCKED", Whole: true}
	once      = &taxid.Outage{Reason: "", Down: true} // the question may have arrived
	valid     = &taxid.Answer{Valid: true}
)

var german = taxid.Question{Number: taxid.Number{Country: "DE", Bare: "123456789"}}

// patient counts what is asked, and the pauses.
type patient struct {
	taxid.Patient
	now    time.Time
	asks   int
	pauses []time.Duration
}

func newPatient(t *testing.T, answers func(ask int) (*taxid.Answer, error)) *patient {
	p := &patient{now: time.Date(2026, 7, 9, 12, 0, 0, 0, time.UTC)}
	p.Patient = taxid.Patient{
		Now:   func() time.Time { return p.now },
		Pause: func(_ context.Context, d time.Duration) error { p.pauses = append(p.pauses, d); return nil },
		Registry: asked(func(ctx context.Context, _ taxid.Question) (*taxid.Answer, error) {
			if end, ok := ctx.Deadline(); !ok || time.Until(end) > 20*time.Second {
				t.Error("a question without an end")
			}
			p.asks++
			return answers(p.asks)
		}),
	}
	return p
}

func TestARegistryIsAskedAgainOnlyWhereThatHelps(t *testing.T) {
	tests := map[string]struct {
		answers func(int) (*taxid.Answer, error)
		asks    int
		ok      bool
	}{
		"answered": {func(int) (*taxid.Answer, error) { return valid, nil }, 1, true},
		"out at first": {func(n int) (*taxid.Answer, error) {
			return map[bool]*taxid.Answer{true: valid}[n > 1], errIf(n == 1, transient)
		}, 2, true},
		"out twice": {func(n int) (*taxid.Answer, error) {
			return map[bool]*taxid.Answer{true: valid}[n > 2], errIf(n < 3, transient)
		}, 3, true},
		"out for good":           {func(int) (*taxid.Answer, error) { return nil, transient }, 3, false},
		"blocked":                {func(int) (*taxid.Answer, error) { return nil, blocked }, 1, false},
		"it may have arrived":    {func(int) (*taxid.Answer, error) { return nil, once }, 1, false},
		"refused for what it is": {func(int) (*taxid.Answer, error) { return nil, fault.New(fault.Invalid, "vatNumber", "No.") }, 1, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPatient(t, tt.answers)
			a, err := p.Ask(context.Background(), german)
			if p.asks != tt.asks || (err == nil) != tt.ok || (a == valid) != tt.ok {
				t.Errorf("asked %d times: %v, %v", p.asks, a, err)
			}
			if len(p.pauses) != tt.asks-1 {
				t.Fatalf("%d pauses", len(p.pauses))
			}
			for i, d := range p.pauses {
				if least := time.Second << i; d < least || d >= 2*least {
					t.Errorf("pause %d of %s", i, d)
				}
			}
		})
	}
}

func errIf(yes bool, err error) error {
	if yes {
		return err
	}
	return nil
}

func TestACountryThatFailsIsLeftAlone(t *testing.T) {
	p := newPatient(t, func(int) (*taxid.Answer, error) { return nil, transient })
	for range 3 {
		if _, err := p.Ask(context.Background(), german); !isOutage(err, "MS_UNAVAILABLE") {
			t.Fatal(err)
		}
	}
	if p.asks != 5 { // three, two, and none
		t.Errorf("asked %d times", p.asks)
	}
	austria := taxid.Question{Number: taxid.Number{Country: "AT", Bare: "U12345678"}}
	if _, _ = p.Ask(context.Background(), austria); p.asks != 8 {
		t.Errorf("another country was asked %d times", p.asks-5)
	}
	p.now = p.now.Add(time.Minute)
	if _, _ = p.Ask(context.Background(), german); p.asks != 9 { // the probe, and no more
		t.Errorf("after a minute asked %d times", p.asks-8)
	}
}

func TestABlockedBusinessLeavesTheCountryOpen(t *testing.T) {
	p := newPatient(t, func(int) (*taxid.Answer, error) { return nil, blocked })
	for i := range 10 {
		if _, err := p.Ask(context.Background(), german); !isOutage(err, "IP_BLOCKED") || p.asks != i+1 {
			t.Fatal(p.asks, err)
		}
	}
}

// Who goes away while it is asked has not shown that the service is down.
func TestGoingAwayIsNoFailure(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p := newPatient(t, func(int) (*taxid.Answer, error) { cancel(); return nil, transient })
	for range 20 {
		if _, err := p.Ask(ctx, german); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if p.asks != 20 {
		t.Errorf("asked %d times", p.asks)
	}
}

func isOutage(err error, reason string) bool {
	var o *taxid.Outage
	return errors.As(err, &o) && o.Reason == reason
}

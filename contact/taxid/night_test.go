package taxid

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func TestTheNightIsByTheOrganizationsClock(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"Europe/Athens", "America/New_York", "Asia/Kolkata", "UTC", "Pacific/Auckland"}).Draw(rt, "zone"))
		if err != nil {
			rt.Fatal(err)
		}
		id := uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(rt, "organization"))
		now := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(rt, "now"), 0)
		n := nightOf(now, zone, id)
		b, e := n.begins.In(zone), n.ends.In(zone)
		if b.Day() != now.In(zone).Day() || e.Hour() != nightEnds || b.Hour() < nightBegins || e.Sub(b) < 59*time.Minute && !changes(b, e) {
			rt.Fatalf("from %s to %s", b, e)
		}
		if n.in(now) && (now.In(zone).Hour() < nightBegins || now.In(zone).Hour() >= nightEnds) {
			rt.Fatalf("%s is in the night", now.In(zone))
		}
		if again := nightOf(now, zone, id); again != n {
			rt.Fatal("the night moves")
		}
	})
}

// changes says whether the clocks are changed between two times.
func changes(a, b time.Time) bool {
	_, x := a.Zone()
	_, y := b.Zone()
	return x != y
}

func TestOrganizationsBeginSpread(t *testing.T) {
	quarter := map[int]int{}
	for range 1000 {
		n := nightOf(noon, time.UTC, uuid.Must(uuid.NewV7()))
		quarter[int(n.begins.Sub(time.Date(2026, 7, 9, 2, 0, 0, 0, time.UTC))/(15*time.Minute))]++
	}
	for q := range 8 {
		if quarter[q] < 60 {
			t.Errorf("%d of 1000 begin in quarter %d", quarter[q], q)
		}
	}
	if len(quarter) != 8 {
		t.Errorf("they begin in %d quarters of an hour, not 8", len(quarter))
	}
}

func TestAnOrganizationIsCheckedOnceANight(t *testing.T) {
	n := night{noon, noon.Add(time.Hour)}
	at := func(d time.Duration) *time.Time { x := noon.Add(d); return &x }
	tests := map[string]struct {
		now     time.Time
		checked *time.Time
		want    bool
	}{
		"never":               {noon, nil, true},
		"too early":           {noon.Add(-1), nil, false},
		"too late":            {noon.Add(time.Hour), nil, false},
		"the night before":    {noon.Add(time.Minute), at(-23 * time.Hour), true},
		"in this night":       {noon.Add(time.Minute), at(1), false},
		"as this night began": {noon.Add(time.Minute), at(0), false},
	}
	for name, tt := range tests {
		if got := n.due(tt.now, tt.checked); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

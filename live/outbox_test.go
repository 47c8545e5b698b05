package live

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/ent/balance"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// anyMessage draws a message about one of a few things, so that some are about the same.
func anyMessage(t *rapid.T) message {
	id := func(name string) uuid.UUID {
		return uuid.NewSHA1(uuid.Nil, []byte{rapid.ByteRange(0, 3).Draw(t, name)})
	}
	m := message{kind: kind(rapid.IntRange(int(kindMoved), int(kindResync)).Draw(t, "kind"))}
	switch m.kind {
	case kindMoved:
		m.moved = ledger.Moved{Organization: id("organization"), ContactID: id("contact")}
		if rapid.Bool().Draw(t, "gone") {
			return m
		}
		m.moved.Version = rapid.Int64Range(1, 1<<40).Draw(t, "version")
		m.moved.Side, m.moved.Currency = rapid.SampledFrom([]balance.Side{balance.SideClient, balance.SideSupplier}).Draw(t, "side"), rapid.SampledFrom([]money.Currency{"EUR", "JPY"}).Draw(t, "currency")
		m.moved.Outstanding = money.Minor(rapid.Int64Range(0, 1<<53).Draw(t, "outstanding"))
		m.moved.Credit = money.Minor(rapid.Int64Range(0, 1<<53).Draw(t, "credit"))
		m.moved.Net = m.moved.Outstanding - m.moved.Credit
		m.moved.UpdatedAt = time.UnixMicro(rapid.Int64Range(0, 1<<50).Draw(t, "at")).UTC()
	case kindHint:
		m.topic = hinted{id("organization"), id("id")}
	case kindAccess:
		m.topic.organization = id("organization")
	case kindEnded:
		m.ended = viewer.Ended{Organization: id("organization"), User: id("user"), Contact: id("contact")}
	}
	return m
}

func inOrder(all []message) []message {
	slices.SortFunc(all, func(a, b message) int { return cmp.Compare(fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", b)) })
	return all
}

var plain = gocmp.AllowUnexported(message{}, hinted{})

// Whatever is told comes out of the frames as it was, each frame small enough for the bus.
func TestFramesCarryWhatWasPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sender, all := uuid.New(), rapid.SliceOfN(rapid.Custom(anyMessage), 0, 300).Draw(t, "messages")
		var got []message
		for _, frame := range pack(sender, all) {
			from, some, err := unpack(frame)
			if err != nil || from != sender || len(frame) > MaxFrame {
				t.Fatalf("%d bytes of %s: %v", len(frame), from, err)
			}
			got = append(got, some...)
		}
		if diff := gocmp.Diff(all, got, plain, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-put +got):\n%s", diff)
		}
	})
}

// Of each balance the newest state waits, and of everything else each once, whatever is taken,
// put back and told meanwhile; what ends access goes first.
func TestAnOutboxKeepsTheNewestOfEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, want := newOutbox(1000), newOutbox(1000)
		for _, m := range rapid.SliceOfN(rapid.Custom(anyMessage), 0, 60).Draw(t, "messages") {
			want.put(m)
			if o.put(m); rapid.IntRange(0, 4).Draw(t, "failed") == 0 {
				o.put(o.take()...) // could not be sent
			}
		}
		got := o.take()
		first := slices.IndexFunc(got, func(m message) bool { return m.kind != kindResync && m.kind != kindEnded })
		last := -1
		for i, m := range got {
			if m.kind == kindEnded {
				last = i
			}
		}
		if first >= 0 && last > first {
			t.Errorf("what ends access is at %d, behind %d", last, first)
		}
		newest := map[moving]int64{}
		for _, m := range got {
			if m.kind == kindMoved {
				newest[moving{m.moved.Organization, account{m.moved.ContactID, string(m.moved.Side), m.moved.Currency}, m.moved.Gone()}]++
			}
		}
		for k, n := range newest {
			if n != 1 {
				t.Errorf("%v waits %d times", k, n)
			}
		}
		if diff := gocmp.Diff(inOrder(want.take()), inOrder(got), plain); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if left := o.take(); len(left) != 0 {
			t.Errorf("%v were taken and wait still", left)
		}
	})
}

// Too much becomes one message, that something was lost, and what comes after it is kept.
func TestAnOutboxThatIsFullSaysThatSomethingWasLost(t *testing.T) {
	o := newOutbox(10)
	for range 11 {
		o.put(message{kind: kindHint, topic: hinted{uuid.New(), uuid.New()}})
	}
	after := message{kind: kindAccess, topic: hinted{organization: uuid.New()}}
	o.put(after)
	if diff := gocmp.Diff([]message{{kind: kindResync}, after}, o.take(), plain); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// No bytes that a bus may bring are more than an error.
func FuzzUnpack(f *testing.F) {
	for _, frame := range pack(uuid.New(), []message{{kind: kindResync}, {kind: kindMoved, moved: ledger.Moved{Version: 1, Currency: "EUR"}}}) {
		f.Add(frame)
	}
	f.Add([]byte{})
	f.Add(make([]byte, headerSize+3))
	f.Fuzz(func(t *testing.T, frame []byte) {
		if _, all, err := unpack(frame); err != nil && len(all) != 0 {
			t.Errorf("%v comes with %v", err, all)
		}
	})
}

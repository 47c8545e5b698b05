package main

import (
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/live"
)

// Whatever is put and taken, what waits is of each operation the newest state of each thing, in
// the order in which the things came; and exactly one is told to send.
func TestAnOutboxKeepsTheNewestOfEachThingInTurn(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ops := []*operation{{id: "1"}, {id: "2"}}
		things := make([]uuid.UUID, 20)
		for i := range things {
			things[i] = uuid.New()
		}
		type kept struct {
			d  deliverable
			of waiting
		}
		var box outbox
		var want []kept
		busy := false
		for range rapid.IntRange(0, 200).Draw(rt, "steps") {
			if rapid.IntRange(0, 3).Draw(rt, "take") == 0 {
				d, ok := box.take()
				if ok != (len(want) > 0) {
					rt.Fatalf("taken: %v of %d", ok, len(want))
				}
				if busy = ok; !ok {
					continue
				}
				if w := want[0].d; d.op != w.op || d.payload != w.payload || d.last != w.last {
					rt.Fatalf("taken %v instead of %v", d, want[0].d)
				}
				want = want[1:]
				continue
			}
			op, thing := rapid.SampledFrom(ops).Draw(rt, "operation"), rapid.SampledFrom(things).Draw(rt, "thing")
			d := deliverable{op: op, payload: &payload{of: live.Value{ID: thing}}}
			if rapid.IntRange(0, 9).Draw(rt, "last") == 0 {
				d = deliverable{op: op, last: true}
			}
			send, ok := box.put(d)
			if !ok || send == busy {
				rt.Fatalf("put: told to send %v while one sends %v", send, busy)
			}
			busy = true
			replaced := false
			for i, w := range want {
				if !d.last && w.of == (waiting{op, thing}) && !w.d.last {
					want[i].d, replaced = d, true
				}
			}
			if !replaced {
				want = append(want, kept{d, waiting{op, thing}})
			}
		}
	})
}

// Who is too far behind begins anew, rather than that memory grows.
func TestAnOutboxTakesNoMoreThanAReaderMayBeBehind(t *testing.T) {
	var box outbox
	op := &operation{id: "1"}
	put := func(id uuid.UUID) bool {
		_, ok := box.put(deliverable{op: op, payload: &payload{of: live.Value{ID: id}}})
		return ok
	}
	first := uuid.New()
	for i := range live.MaxBehind {
		id := uuid.New()
		if i == 0 {
			id = first
		}
		if !put(id) {
			t.Fatalf("the %d. is too much", i+1)
		}
	}
	if put(uuid.New()) {
		t.Error("one more is kept")
	}
	if !put(first) {
		t.Error("a newer state of one that waits is not kept")
	}
}

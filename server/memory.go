package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// What is looked at to tell whether memory is to be given back, and how often.
const (
	memoryEvery  = 2 * time.Second
	memoryPause  = 4 * time.Second // between two times that it is given back
	quietBytes   = 1 << 20         // allocated since the last look at most, for the process to be quiet
	leastReturns = 16 << 20        // bytes that are worth the work
)

// memory is how the process stands.
type memory struct {
	allocated uint64 // since the start
	live      uint64 // at the last collection
	objects   uint64 // live and dead
	free      uint64 // kept for later
}

// readMemory reads it. It stops nothing.
func readMemory() memory {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	metrics.Read(samples)
	return memory{samples[0].Value.Uint64(), samples[1].Value.Uint64(), samples[2].Value.Uint64(), samples[3].Value.Uint64()}
}

// returns says whether a process that stood so before is quiet now, and holds much that nobody
// needs: as after a crowd has come in, each of whom needs little once they are here.
func (m memory) returns(before memory) bool {
	unneeded := m.free
	if m.objects > m.live {
		unneeded += m.objects - m.live
	}
	return m.allocated-before.allocated < quietBytes && unneeded > max(leastReturns, m.live/2)
}

// giveBack gives memory that nobody needs back to the system whenever the process is quiet, until
// the context ends. Go's own scavenger keeps what the last peak took, and one that is idle collects
// nothing for two minutes.
func giveBack(ctx context.Context) {
	t := time.NewTicker(memoryEvery)
	defer t.Stop()
	before, last := readMemory(), time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			is := readMemory()
			if is.returns(before) && now.Sub(last) >= memoryPause {
				debug.FreeOSMemory()
				last, is = now, readMemory()
			}
			before = is
		}
	}
}

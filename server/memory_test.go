package main

import "testing"

func TestWhenMemoryIsGivenBack(t *testing.T) {
	const mb = 1 << 20
	before := memory{allocated: 500 * mb}
	for name, c := range map[string]struct {
		is   memory
		want bool
	}{
		"quiet after a crowd, much garbage": {memory{allocated: 500*mb + 100, live: 30 * mb, objects: 60 * mb, free: 2 * mb}, true},
		"quiet after a crowd, much free":    {memory{allocated: 500 * mb, live: 30 * mb, objects: 30 * mb, free: 20 * mb}, true},
		"busy":                              {memory{allocated: 502 * mb, live: 30 * mb, objects: 60 * mb, free: 20 * mb}, false},
		"little to give":                    {memory{allocated: 500 * mb, live: 5 * mb, objects: 10 * mb, free: 5 * mb}, false},
		"little beside what is needed":      {memory{allocated: 500 * mb, live: 200 * mb, objects: 240 * mb, free: 20 * mb}, false},
		"fewer objects than were live":      {memory{allocated: 500 * mb, live: 40 * mb, objects: 30 * mb}, false},
	} {
		if got := c.is.returns(before); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if m := readMemory(); m.allocated == 0 || m.objects == 0 {
		t.Errorf("the process has %+v", m)
	}
}

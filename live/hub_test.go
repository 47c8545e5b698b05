package live

import (
	"testing"

	"github.com/google/uuid"
)

// What nobody follows any longer takes no memory.
func TestTheLastFollowerTakesItsTopicAlong(t *testing.T) {
	h := NewHub()
	organization, contact := uuid.New(), uuid.New()
	first, second := h.Follow(organization, contact), h.Follow(organization, contact, uuid.New())
	first.Close()
	if n := h.Followers(organization, contact); n != 1 {
		t.Errorf("%d followers", n)
	}
	second.Close()
	second.Close() // again, as a stream and its caller may both do
	for i := range h.shard {
		if n := len(h.shard[i].followers); n != 0 {
			t.Errorf("shard %d keeps %d topics", i, n)
		}
	}
}

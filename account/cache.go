package account

import (
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/viewer"
)

// cacheFor is how long an answer of Authenticate is used again. Access that this process
// ends is forgotten at once; access that another process ended, after this time.
const cacheFor = 5 * time.Second

const cacheMost = 20_000

// cache remembers who recent tokens let in.
type cache struct {
	mu    sync.Mutex
	by    map[[sha256.Size]byte]cached
	epoch uint64 // raised when access ends: an answer from before is not kept
}

type cached struct {
	v     viewer.Viewer
	until time.Time
}

func (c *cache) get(token string, now time.Time) (viewer.Viewer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	got, ok := c.by[sha256.Sum256([]byte(token))]
	return got.v, ok && now.Before(got.until)
}

func (c *cache) now() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.epoch
}

func (c *cache) put(token string, v viewer.Viewer, now time.Time, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch != c.epoch {
		return
	}
	if len(c.by) >= cacheMost {
		clear(c.by)
	}
	c.by[sha256.Sum256([]byte(token))] = cached{v, now.Add(cacheFor)}
}

// Forget drops the answers that ended access makes wrong.
func (s *Service) Forget(e viewer.Ended) {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	s.cache.epoch++
	for k, c := range s.cache.by {
		if e.Ends(c.v) {
			delete(s.cache.by, k)
		}
	}
	s.standing.forget(e)
}

// standing remembers which viewers stood when they were last asked about, by session or key.
type standing struct {
	mu sync.Mutex
	by map[uuid.UUID]cached
}

func (s *standing) known(key uuid.UUID, v viewer.Viewer, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	got, ok := s.by[key]
	return ok && now.Before(got.until) && got.v.Role == v.Role && slices.Equal(got.v.Contacts, v.Contacts)
}

func (s *standing) keep(key uuid.UUID, v viewer.Viewer, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.by) >= cacheMost {
		clear(s.by)
	}
	s.by[key] = cached{v, now.Add(cacheFor)}
}

func (s *standing) forget(e viewer.Ended) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, c := range s.by {
		if e.Ends(c.v) {
			delete(s.by, k)
		}
	}
}

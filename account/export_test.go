package account

// SetKey replaces the function that hashes a password.
func (s *Service) SetKey(f func(password, salt []byte, time, memory uint32, lanes uint8, length uint32) []byte) {
	s.hasher.key = f
}

// Waiting is how many wait for their turn to hash.
func (s *Service) Waiting() int { return len(s.hasher.queue) }

// CacheFor is how long an answer of Authenticate is used again.
const CacheFor = cacheFor

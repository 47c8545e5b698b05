package job

import "github.com/riverqueue/river"

// Events tells of attempts that ended in this process.
func (s *Service) Events() (<-chan *river.Event, func()) {
	return s.client.Subscribe(river.EventKindJobCompleted, river.EventKindJobFailed, river.EventKindJobCancelled)
}

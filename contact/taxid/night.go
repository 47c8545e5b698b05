package taxid

import (
	"time"

	"github.com/google/uuid"
)

// The night, by the organization's own clock. Organizations begin spread over its first
// hours, each always at the same time.
const (
	nightBegins = 2 // o'clock
	nightEnds   = 5
	spread      = 2 * time.Hour
)

// night is the time in which an organization's numbers are checked.
type night struct{ begins, ends time.Time }

// nightOf is the night of the day that it is in the zone.
func nightOf(now time.Time, zone *time.Location, organization uuid.UUID) night {
	y, m, d := now.In(zone).Date()
	at := func(hour int) time.Time { return time.Date(y, m, d, hour, 0, 0, 0, zone) }
	// The last bytes of a UUIDv7 are random.
	late := time.Duration(uint16(organization[14])<<8|uint16(organization[15])) * spread / (1 << 16)
	return night{at(nightBegins).Add(late).UTC(), at(nightEnds).UTC()}
}

func (n night) in(now time.Time) bool { return !now.Before(n.begins) && now.Before(n.ends) }

// due says whether the organization is to be checked now: it is night, and it was not
// finished with in this one.
func (n night) due(now time.Time, recheckedAt *time.Time) bool {
	return n.in(now) && (recheckedAt == nil || recheckedAt.Before(n.begins))
}

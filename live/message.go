package live

import (
	"encoding/binary"
	"errors"
	"regexp"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent/balance"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// MaxFrame is the most bytes of a frame, so that base64 of it fits the 8000 bytes that a
// notification of PostgreSQL may have.
const MaxFrame = 5900

// A frame is the format's number, who sends it, and messages: kind, length, and so many bytes.
// A kind that is not known is passed over, and bytes behind those known too, so that a newer
// process may add to both without an older one failing. A change that this does not allow
// raises the number, and older processes leave such frames to the next look.
const format = 1

type kind byte

const (
	kindMoved  kind = 1 + iota // a balance
	kindHint                   // of something to be read anew
	kindAccess                 // an organization whose people see more or less
	kindEnded                  // access that is over
	kindResync                 // something may have been lost: look at everything
)

// message is what one process tells the others.
type message struct {
	kind  kind
	moved ledger.Moved
	topic hinted // of a hint; of access the organization alone
	ended viewer.Ended
}

const headerSize = 1 + len(uuid.UUID{})

// pack writes messages into as few frames as hold them.
func pack(sender uuid.UUID, all []message) (frames [][]byte) {
	var frame, body []byte
	for _, m := range all {
		body = m.append(body[:0])
		if frame != nil && len(frame)+1+binary.MaxVarintLen64+len(body) > MaxFrame {
			frames, frame = append(frames, frame), nil
		}
		if frame == nil {
			frame = append([]byte{format}, sender[:]...)
		}
		frame = append(frame, byte(m.kind))
		frame = binary.AppendUvarint(frame, uint64(len(body)))
		frame = append(frame, body...)
	}
	if frame != nil {
		frames = append(frames, frame)
	}
	return frames
}

func (m message) append(b []byte) []byte {
	switch m.kind {
	case kindMoved:
		b = append(append(b, m.moved.Organization[:]...), m.moved.ContactID[:]...)
		b = binary.AppendVarint(b, m.moved.Version)
		if m.moved.Gone() {
			return b
		}
		supplier := byte(0)
		if m.moved.Side == balance.SideSupplier {
			supplier = 1
		}
		b = append(append(b, supplier), m.moved.Currency...)
		b = binary.AppendVarint(b, int64(m.moved.Outstanding))
		b = binary.AppendVarint(b, int64(m.moved.Credit))
		b = binary.AppendVarint(b, m.moved.UpdatedAt.UnixMicro())
	case kindHint:
		b = append(append(b, m.topic.organization[:]...), m.topic.id[:]...)
	case kindAccess:
		b = append(b, m.topic.organization[:]...)
	case kindEnded:
		for _, id := range []uuid.UUID{m.ended.Organization, m.ended.User, m.ended.Session, m.ended.APIKey, m.ended.Contact, m.ended.Except} {
			b = append(b, id[:]...)
		}
	case kindResync:
	}
	return b
}

// unpack reads a frame. A frame of another format has no messages; one that cannot be one is an
// error.
func unpack(frame []byte) (sender uuid.UUID, all []message, err error) {
	if len(frame) < headerSize || len(frame) > MaxFrame {
		return sender, nil, errors.New("live: a frame of a size that none has")
	}
	if frame[0] != format {
		return sender, nil, nil
	}
	r := &bytesReader{rest: frame[1:]}
	sender = r.id()
	for len(r.rest) > 0 {
		k := kind(r.byte())
		body := r.take(r.uvarint())
		if r.bad {
			return sender, nil, errors.New("live: a frame that ends too early")
		}
		m := message{kind: k}
		if !m.known() {
			continue
		}
		if !m.read(&bytesReader{rest: body}) {
			return sender, nil, errors.New("live: a message that cannot be one")
		}
		all = append(all, m)
	}
	return sender, all, nil
}

func (m *message) known() bool { return m.kind >= kindMoved && m.kind <= kindResync }

// read fills the message in, and says whether it can be one.
func (m *message) read(r *bytesReader) bool {
	switch m.kind {
	case kindMoved:
		m.moved = r.moved()
	case kindHint:
		m.topic = hinted{r.id(), r.id()}
	case kindAccess:
		m.topic.organization = r.id()
	case kindEnded:
		m.ended = viewer.Ended{Organization: r.id(), User: r.id(), Session: r.id(), APIKey: r.id(), Contact: r.id(), Except: r.id()}
	case kindResync:
	}
	return !r.bad
}

// bytesReader reads a frame from its beginning; once there is too little, it is bad for good.
type bytesReader struct {
	rest []byte
	bad  bool
}

func (r *bytesReader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.rest)) {
		r.bad = true
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *bytesReader) id() (id uuid.UUID) {
	copy(id[:], r.take(uint64(len(id))))
	return id
}

func (r *bytesReader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *bytesReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *bytesReader) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

var isCurrency = regexp.MustCompile(`^[A-Z]{3}$`)

// moved reads a balance, and holds it to the rules that every balance keeps.
func (r *bytesReader) moved() ledger.Moved {
	m := ledger.Moved{Organization: r.id(), ContactID: r.id(), Version: r.varint()}
	if m.Gone() || r.bad {
		return m
	}
	supplier := r.byte()
	m.Side = balance.SideClient
	if supplier == 1 {
		m.Side = balance.SideSupplier
	}
	m.Currency = money.Currency(r.take(3))
	m.Outstanding, m.Credit = money.Minor(r.varint()), money.Minor(r.varint())
	m.Net = m.Outstanding - m.Credit
	m.UpdatedAt = time.UnixMicro(r.varint()).UTC()
	within := func(a money.Minor) bool { return a >= 0 && a <= money.MaxMinor }
	if supplier > 1 || m.Version < 0 || !within(m.Outstanding) || !within(m.Credit) || !isCurrency.MatchString(string(m.Currency)) {
		r.bad = true
	}
	return m
}

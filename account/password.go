package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/kartela/kartela/fault"
)

// argon2id's parameters: OWASP's first choice for it, 19 MiB, two passes, one lane.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

// The length of a password in characters.
const (
	minPassword = 10
	maxPassword = 200
)

// hasher hashes passwords, a bounded number at a time: each takes 19 MiB and 28 ms.
type hasher struct {
	slots chan struct{}
	queue chan struct{}
	dummy string // is compared when there is no account, so that both take the same work
	key   func(password, salt []byte, time, memory uint32, lanes uint8, length uint32) []byte
}

func newHasher(slots int) *hasher {
	h := &hasher{slots: make(chan struct{}, slots), queue: make(chan struct{}, 32*slots), key: argon2.IDKey}
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt)
	h.dummy = encode(salt, h.key([]byte("nobody"), salt, argonTime, argonMemory, argonLanes, argonKey))
	return h
}

// enter waits for a slot; when the queue is full it is refused at once.
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, tooMany()
	}
	defer func() { <-h.queue }()
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt)
	return encode(salt, h.key([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)), nil
}

// matches compares in constant time; with no hash it does the same work and says no.
func (h *hasher) matches(ctx context.Context, password, encoded string) (bool, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	known := encoded != ""
	if !known {
		encoded = h.dummy
	}
	var memory, time uint32
	var lanes uint8
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 {
		return false, fmt.Errorf("account: a password hash that is not in PHC form")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &lanes); err != nil {
		return false, fmt.Errorf("account: a password hash's parameters: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("account: a password hash's salt: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("account: a password hash's key: %w", err)
	}
	got := h.key([]byte(password), salt, time, memory, lanes, uint32(len(want))) //nolint:gosec // 32
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

func encode(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

func checkPassword(field, password string) error {
	if n := utf8.RuneCountInString(password); n < minPassword || n > maxPassword {
		return fault.New(fault.Invalid, field, "A password has %d to %d characters.", minPassword, maxPassword)
	}
	return nil
}

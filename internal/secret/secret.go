// Package secret seals what must not be read from the database or a backup alone: passwords of
// services that the server uses on a business's behalf. It owns the form of sealed values; it
// does not know where keys come from.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// A sealed value is its version, the id of its key, a nonce, and what AES-256-GCM makes of
// the text.
const (
	version   = 1
	idSize    = 4
	nonceSize = 12
)

// Box seals with one key, and opens what that key or an older one sealed. It is safe for use
// by several goroutines.
type Box struct {
	present key
	old     []key
}

type key struct {
	id   [idSize]byte
	aead cipher.AEAD
}

// New makes a box of the present key and older ones, each of KeySize bytes.
func New(present []byte, old ...[]byte) (*Box, error) {
	k, err := newKey(present)
	if err != nil {
		return nil, err
	}
	b := &Box{present: k}
	for _, o := range old {
		k, err := newKey(o)
		if err != nil {
			return nil, err
		}
		b.old = append(b.old, k)
	}
	return b, nil
}

func newKey(raw []byte) (key, error) {
	if len(raw) != KeySize {
		return key{}, fmt.Errorf("secret: a key has %d bytes, not %d", KeySize, len(raw))
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return key{}, fmt.Errorf("secret: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return key{}, fmt.Errorf("secret: %w", err)
	}
	sum := sha256.Sum256(append([]byte("kartela: the id of a key\x00"), raw...))
	return key{[idSize]byte(sum[:idSize]), aead}, nil
}

// ParseKey reads a key as it is written: 32 bytes in base64, of either alphabet, padded or not.
func ParseKey(s string) ([]byte, error) {
	s = strings.TrimRight(strings.TrimSpace(s), "=")
	raw, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(s))
	if err != nil || len(raw) != KeySize {
		return nil, fmt.Errorf("secret: a key is %d random bytes in base64, as `openssl rand -base64 %d` prints them", KeySize, KeySize)
	}
	return raw, nil
}

// NewKey makes a random key, written as ParseKey reads it.
func NewKey() string {
	raw := make([]byte, KeySize)
	_, _ = rand.Read(raw) // it never fails
	return base64.StdEncoding.EncodeToString(raw)
}

// Seal encrypts a text and binds it to its place, which is not empty and not secret: it opens
// for no other. Two seals of the same text differ.
func (b *Box) Seal(plain []byte, place string) ([]byte, error) {
	out := make([]byte, 1+idSize+nonceSize, 1+idSize+nonceSize+len(plain)+b.present.aead.Overhead())
	out[0] = version
	copy(out[1:], b.present.id[:])
	nonce := out[1+idSize:]
	_, _ = rand.Read(nonce) // it never fails
	return b.present.aead.Seal(out, nonce, plain, []byte(place)), nil
}

// Open gives the text of a sealed value, and whether an old key sealed it. It fails when the
// value was changed, when it was sealed for another place, and when its key is not here.
func (b *Box) Open(sealed []byte, place string) (plain []byte, old bool, err error) {
	if len(sealed) < 1+idSize+nonceSize || sealed[0] != version {
		return nil, false, errors.New("secret: this is no sealed value")
	}
	id, rest := [idSize]byte(sealed[1:1+idSize]), sealed[1+idSize:]
	for i, k := range append([]key{b.present}, b.old...) {
		if k.id != id {
			continue
		}
		if plain, err = k.aead.Open(nil, rest[:nonceSize], rest[nonceSize:], []byte(place)); err == nil {
			return plain, i > 0, nil
		}
	}
	return nil, false, errors.New("secret: no key here opens this value")
}

package secret_test

import (
	"bytes"
	"encoding/base64"
	"testing"

	"pgregory.net/rapid"

	"github.com/kartela/kartela/internal/secret"
)

var key = rapid.SliceOfN(rapid.Byte(), secret.KeySize, secret.KeySize)

func box(t rapid.TB, present []byte, old ...[]byte) *secret.Box {
	b, err := secret.New(present, old...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestASecretOpensForItsOwnPlaceAndKeyAlone(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		present, another := key.Draw(rt, "key"), key.Draw(rt, "another key")
		plain := rapid.SliceOf(rapid.Byte()).Draw(rt, "plain")
		place := rapid.String().Draw(rt, "place")
		b := box(rt, present)
		sealed, err := b.Seal(plain, place)
		if err != nil {
			rt.Fatal(err)
		}
		if got, old, err := b.Open(sealed, place); err != nil || old || !bytes.Equal(got, plain) {
			rt.Fatalf("opened %q, old %v, %v", got, old, err)
		}
		if len(plain) > 3 && bytes.Contains(sealed, plain) {
			rt.Fatal("the text is in the seal")
		}
		again, err := b.Seal(plain, place)
		if err != nil || bytes.Equal(again, sealed) {
			rt.Fatalf("two seals are the same: %v", err)
		}
		if got, _, err := b.Open(sealed, place+"x"); err == nil {
			rt.Fatalf("another place opened %q", got)
		}
		if !bytes.Equal(present, another) {
			if got, _, err := box(rt, another).Open(sealed, place); err == nil {
				rt.Fatalf("another key opened %q", got)
			}
			if got, old, err := box(rt, another, present).Open(sealed, place); err != nil || !old || !bytes.Equal(got, plain) {
				rt.Fatalf("as the old key it opened %q, old %v, %v", got, old, err)
			}
		}
		at, bit := rapid.IntRange(0, len(sealed)-1).Draw(rt, "at"), byte(1)<<rapid.IntRange(0, 7).Draw(rt, "bit")
		changed := bytes.Clone(sealed)
		changed[at] ^= bit
		if got, _, err := b.Open(changed, place); err == nil {
			rt.Fatalf("changed at %d it opened %q", at, got)
		}
		if got, _, err := b.Open(sealed[:at], place); err == nil {
			rt.Fatalf("cut at %d it opened %q", at, got)
		}
	})
}

func TestAKeyIsReadHoweverBase64IsWritten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		raw := key.Draw(rt, "key")
		coding := rapid.SampledFrom([]*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding}).Draw(rt, "coding")
		got, err := secret.ParseKey(" " + coding.EncodeToString(raw) + "\n")
		if err != nil || !bytes.Equal(got, raw) {
			rt.Fatal(got, err)
		}
	})
	for _, s := range []string{"", "short", base64.StdEncoding.EncodeToString(make([]byte, 31)), base64.StdEncoding.EncodeToString(make([]byte, 33)),
		"0000000000000000000000000000000000000000000000000000000000000000"} {
		if _, err := secret.ParseKey(s); err == nil {
			t.Errorf("%q is no key", s)
		}
	}
	if one, err := secret.ParseKey(secret.NewKey()); err != nil || len(one) != secret.KeySize {
		t.Error(one, err)
	}
	if one, another := secret.NewKey(), secret.NewKey(); one == another {
		t.Error("two new keys are the same")
	}
	if _, err := secret.New(make([]byte, 16)); err == nil {
		t.Error("a short key makes a box")
	}
	if _, err := secret.New(make([]byte, 32), make([]byte, 16)); err == nil {
		t.Error("a short old key makes a box")
	}
}

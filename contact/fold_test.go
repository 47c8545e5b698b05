package contact_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
)

func TestFoldMakesOneTextOfWhatPeopleTakeForTheSame(t *testing.T) {
	for name, tt := range map[string]struct{ a, b string }{
		"accents":                {"Αθήνα", "αθηνα"},
		"capitals":               {"ΑΘΗΝΑ", "αθήνα"},
		"final sigma":            {"Αθήνας", "ΑΘΗΝΑΣ"},
		"dialytika and tonos":    {"ΜΑΪΟΣ ταΐστε", "μαιος ταιστε"},
		"Latin marks":            {"Müller Épicerie", "muller epicerie"},
		"composed or decomposed": {"Ε\u0301λλη", "Έλλη"},
		"spaces":                 {"  Καλή \t Γη\u00a0ΑΕ ", "καλη γη αε"},
		"an unseen zero":         {"Καλή\x00 Γη", "καλη γη"},
	} {
		t.Run(name, func(t *testing.T) {
			if a, b := contact.Fold(tt.a), contact.Fold(tt.b); a != b {
				t.Errorf("%q folds to %q, %q to %q", tt.a, a, tt.b, b)
			}
		})
	}
}

func TestFoldingTwiceChangesNothingMore(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		once := contact.Fold("a" + string(r) + "b")
		if twice := contact.Fold(once); twice != once {
			t.Errorf("%U folds to %q and then to %q", r, once, twice)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		once := contact.Fold(rapid.String().Draw(t, "text"))
		if twice := contact.Fold(once); twice != once {
			t.Fatalf("%q, then %q", once, twice)
		}
		if strings.TrimSpace(once) != once || !utf8.ValidString(once) {
			t.Fatalf("%q", once)
		}
	})
}

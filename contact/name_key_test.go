package contact_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
)

func TestNamesThatPeopleTakeForTheSameHaveOneKey(t *testing.T) {
	for key, names := range map[string][]string{
		"παπαδοπουλοσ σια": {"Παπαδόπουλος & Σία Ο.Ε.", "ΣΙΑ ΠΑΠΑΔΟΠΟΥΛΟΣ ΟΕ", "παπαδοπουλος, σια ο. ε."},
		"μελτεμι":          {"Μελτέμι", "ΜΕΛΤΕΜΙ Α.Ε.", "Μελτέμι Μ.Ι.Κ.Ε.", "«Μελτέμι» ΕΠΕ", "ΜΕΛΤΕΜΙ ΑΒΕΕ", "Ε.Ε. Μελτέμι", "Μελτέμι Ι.Κ.Ε"},
		"muller":           {"Müller GmbH", "MULLER AG", "Muller, Inc.", "Muller S.A.", "Muller Ltd.", "Muller LLC", "muller b.v.", "Muller S.r.l.", "MULLER S.p.A.", "Muller SAS", "Muller E.O.O.D.", "Müller OOD", "Müller Co"},
		"γιωργοσ παπασ":    {"Γιώργος Παπάς", "ΠΑΠΑΣ ΓΙΩΡΓΟΣ"},
		"αε":               {"Α.Ε.", "αε"}, // nothing but a legal form: it keeps it
		"!!!":              {"!!!"},
		"3m":               {"3M"},
		"":                 {""},
	} {
		for _, name := range names {
			if got := contact.NameKey(name); got != key {
				t.Errorf("%q has the key %q, want %q", name, got, key)
			}
		}
	}
}

func TestAKeyIsNeverEmptyAndDoesNotDependOnTheOrderOfWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		key := contact.NameKey(name)
		if (key == "") != (name == "") || utf8.RuneCountInString(key) > 256 {
			t.Fatalf("%q has the key %q", name, key)
		}
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zα-ω]{2,9}`), 1, 6).Draw(t, "words")
		mixed := rapid.Permutation(words).Draw(t, "in another order")
		if a, b := contact.NameKey(strings.Join(words, " ")), contact.NameKey(strings.ToUpper(strings.Join(mixed, " - "))); a != b {
			t.Fatalf("%v has %q, %v has %q", words, a, mixed, b)
		}
	})
}

package merge

import (
	"testing"

	"github.com/kartela/kartela/contact"
)

// The threshold is chosen by these: names that a person takes for one, and names of two.
func TestNamesThatDifferInLittle(t *testing.T) {
	for name, tt := range map[string]struct {
		a, b string
		want bool
	}{
		"a letter is missing":             {"Acme Trading", "Acme Tradng", true},
		"two letters are swapped":         {"Acme Trading", "Acme Tradign", true},
		"a letter is double":              {"Παπαδόπουλλος Γιώργος", "Παπαδόπουλος Γιώργος", true},
		"two spellings of a first name":   {"Παπαδόπουλος Γιώργος", "Παπαδόπουλος Γεώργιος", true},
		"an initial":                      {"Γ. Παπαδόπουλος", "Γιώργος Παπαδόπουλος", true},
		"Greek and Latin":                 {"Χρήστος Νικολάου", "Christos Nikolaou", true},
		"Greek and Latin, by sound":       {"Ευάγγελος Φωτίου", "Evangelos Fotiou", true},
		"a word more beside two":          {"Μαρία Παπαδοπούλου", "Μαρία Παπαδοπούλου Γεωργίου", true},
		"one word, a letter off":          {"Microsoft", "Mikrosoft", true},
		"father and daughter":             {"Παπαδόπουλος Μάριος", "Παπαδοπούλου Μαρία", false},
		"brothers":                        {"Παπαδόπουλος Γιώργος", "Παπαδόπουλος Νίκος", false},
		"two companies with a first word": {"Alpha Bank", "Alpha Bakery", false},
		"one word more beside one":        {"Acme", "Acme Trading", false},
		"numbers":                         {"Client 1", "Client 2", false},
		"numbers within words":            {"Shop24 Athens", "Shop25 Athens", false},
		"one letter of a short word":      {"ΔΕΗ Αττικής", "ΔΕΘ Αττικής", false},
		"nothing":                         {"", "Acme", false},
		"nothing in common":               {"Acme Trading", "Νίκος Γεωργίου", false},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := words(contact.NameKey(tt.a)), words(contact.NameKey(tt.b))
			if got := similar(a, b); got != tt.want || similar(b, a) != got {
				t.Errorf("%q and %q are similar: %v, want %v", a, b, got, tt.want)
			}
			meet := map[string]bool{}
			blocks(a, func(key string) { meet[key] = true })
			met := false
			blocks(b, func(key string) { met = met || meet[key] })
			if tt.want && !met {
				t.Errorf("%q and %q never meet", a, b)
			}
		})
	}
}

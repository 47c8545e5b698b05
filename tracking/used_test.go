package tracking

import "testing"

func TestWhatHasAnOptionIsCountedInWords(t *testing.T) {
	for want, u := range map[string]used{
		"1 contact has it":                {contacts: 1},
		"2 documents have it":             {documents: 2},
		"1 contact and 1 payment have it": {contacts: 1, payments: 1},
		"3 contacts, 2 documents, 1 payment and 4 projects have it": {3, 2, 1, 4},
	} {
		if got := u.String(); got != want || !u.any() {
			t.Errorf("%q, not %q", got, want)
		}
	}
	if (used{}).any() || (used{1, 2, 3, 4}).plus(used{4, 3, 2, 1}) != (used{5, 5, 5, 5}) {
		t.Error("nothing is something, or does not add up")
	}
}

package contact

import (
	"slices"
	"strings"
	"unicode"

	"github.com/kartela/kartela/fold"
)

// NameKey is a name as duplicates are looked for: folded, without punctuation and legal
// forms, its words sorted. "Παπαδόπουλος & Σία Α.Ε." and "ΣΙΑ ΠΑΠΑΔΟΠΟΥΛΟΣ" have the same.
// It is empty for an empty name only: a name that is nothing but a legal form keeps it.
func NameKey(name string) string {
	folded := fold.Text(name)
	words := nameWords(folded)
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return legalForms[w] })
	if len(kept) == 0 {
		kept = words
	}
	slices.Sort(kept)
	for _, key := range []string{strings.Join(kept, " "), folded, name} {
		if key != "" {
			return fold.Clip(key, 256)
		}
	}
	return ""
}

// nameWords are the words of a folded name. Letters that dots or spaces keep apart are one
// word: "α.ε." and "α ε" are "αε".
func nameWords(folded string) []string {
	var out []string
	letters := ""
	end := func() {
		if letters != "" {
			out = append(out, letters)
		}
		letters = ""
	}
	for _, w := range strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len([]rune(w)) == 1 {
			letters += w
			continue
		}
		end()
		out = append(out, w)
	}
	end()
	return out
}

// legalForms are the words that say only what kind of business it is, folded.
var legalForms = func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(`
		αε αεβε αβεε αεε αβετε ατε αεδ επε μεπε οε εε ικε μικε κοινσεπ
		ae aebe abee epe oe ee ike
		sa ltd limited llc llp plc lp inc incorporated corp corporation co
		gmbh mbh ag kg kgaa ohg ug gbr ev
		bv nv vof cv srl srls spa snc sas sapa sarl sasu eurl sci
		sl slu slp sau lda ab aps oy oyj kft zrt sro doo
		eood ood ead ad et еоод оод еад ад ет`) {
		out[fold.Text(w)] = true
	}
	return out
}()

// sortCity is a city as lists compare it; empty for none only.
func sortCity(city string) string {
	if folded := fold.Text(city); folded != "" {
		return fold.Clip(folded, 100)
	}
	return city
}

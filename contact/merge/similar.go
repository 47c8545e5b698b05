package merge

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// alike is from when on two names are similar, of 0 to 1: the part of their letters that the
// words of one share with those of the other. Names that are one letter apart in a word of
// seven are at 0.86 in that word; with the other words the same, "acme trading" and "acme
// tradng" come to 0.91, "Παπαδόπουλος Γιώργος" and "Παπαδόπουλος Γεώργιος" to 0.90. Names of
// other people stay below: "Παπαδόπουλος Μάριος" and "Παπαδοπούλου Μαρία" at 0.82, "alpha bank"
// and "alpha bakery" at 0.71.
const alike = 0.88

// words are the words of a name as similar names are looked for: folded, in Latin letters, so
// that a name in Greek meets itself in Latin.
func words(name string) []string {
	return strings.FieldsFunc(latin(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// latin spells folded Greek in Latin letters, as it sounds, and Latin the same way: what people
// write in different ways comes to one.
func latin(folded string) string { return sounds.Replace(folded) }

var sounds = strings.NewReplacer(
	"ου", "ou", "αυ", "af", "ευ", "ef", "μπ", "b", "ντ", "d", "γκ", "g", "γγ", "g", "τζ", "tz", "θ", "th", "χ", "h", "ψ", "ps", "ξ", "x",
	"α", "a", "β", "v", "γ", "g", "δ", "d", "ε", "e", "ζ", "z", "η", "i", "ι", "i", "κ", "k", "λ", "l", "μ", "m", "ν", "n", "ο", "o", "π", "p",
	"ρ", "r", "σ", "s", "τ", "t", "υ", "i", "φ", "f", "ω", "o",
	"ph", "f", "ch", "h", "ks", "x", "ck", "k", "c", "k", "y", "i", "w", "o", "q", "k", "av", "af", "ev", "ef",
)

// similar says whether names, by their words, differ in little. Words with digits must be the
// same, because "client 1" is not "client 2". A word that only one of them has counts against
// them, unless it is the only one beside two or more that are the same.
func similar(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 || len(b)-len(a) > 1 || len(b) > maxWords {
		return false
	}
	var used [maxWords]bool
	var shared, letters float64
	same := 0
	for _, w := range a {
		best, at := 0.0, -1
		for i, x := range b {
			if used[i] {
				continue
			}
			if s := near(w, x); s > best {
				best, at = s, i
			}
		}
		n := utf8.RuneCountInString(w)
		if at < 0 {
			letters += float64(n)
			continue
		}
		used[at] = true //nolint:gosec // at is a place of b, which has at most maxWords
		if best == 1 {
			same++
		}
		weight := float64(max(n, utf8.RuneCountInString(b[at])))
		letters += weight
		shared += weight * best
	}
	for i, x := range b {
		if used[i] {
			continue
		}
		if digital(x) {
			return false
		}
		if len(b) > len(a) && same == len(a) && same >= 2 {
			continue
		}
		letters += float64(utf8.RuneCountInString(x))
	}
	return shared >= alike*letters
}

const maxWords = 8

// near is how near two words are: 1 for the same, or an initial of the other, and less by each
// letter to be changed; 0 for words with other digits and for words that share no beginning.
func near(a, b string) float64 {
	if a == b {
		return 1
	}
	if digital(a) || digital(b) {
		return 0
	}
	if len(a) == 1 || len(b) == 1 {
		if a[0] == b[0] {
			return 1
		}
		return 0
	}
	longer := max(len(a), len(b))
	if longer < 4 || longer-min(len(a), len(b)) > 2 {
		return 0
	}
	d := distance(a, b, 2)
	if d > 2 {
		return 0
	}
	return 1 - float64(d)/float64(longer)
}

func digital(w string) bool { return strings.ContainsAny(w, "0123456789") }

// distance is how many bytes must be added, removed, changed or swapped with the next to make
// b of a; anything over the limit is over it. Words are in Latin letters mostly.
func distance(a, b string, limit int) int {
	const size = 40
	if len(a) >= size || len(b) >= size {
		return limit + 1
	}
	var rows [3][size]int
	before, last, now := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			now[j] = d
			least = min(least, d)
		}
		if least > limit {
			return limit + 1
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}

// blocks are the keys under which names that may be similar meet: a word; a word with the
// initial of another; the beginnings of two words. Of a single word, its beginning and its end.
func blocks(w []string, add func(string)) {
	if len(w) > 4 {
		w = w[:4]
	}
	for i, a := range w {
		if len(a) < 3 {
			continue
		}
		add(a)
		if len(w) == 1 && len(a) > 4 {
			add("^" + a[:4])
			add("$" + a[len(a)-4:])
		}
		for j, b := range w {
			if i == j {
				continue
			}
			add(a + " " + b[:1])
			if i < j && len(b) >= 3 {
				add(a[:3] + "+" + b[:3])
			}
		}
	}
}

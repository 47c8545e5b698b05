package contact

import (
	"strings"

	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/predicate"
)

// searchConditions hold when every word is found. Words that are written as a telephone
// number, one or several next to each other, may be found by its digits alone as well, and a
// word that is a VAT number by its kept form.
func searchConditions(search string) []predicate.Contact {
	words := strings.Fields(Fold(search))
	if len(words) == 0 {
		return nil
	}
	return []predicate.Contact{func(s *sql.Selector) {
		contains := func(text string) *sql.Predicate { return sql.Contains(s.C(entcontact.FieldSearch), text) }
		for at := 0; at < len(words); {
			n := numberAt(words[at:])
			if n == 0 {
				s.Where(wordCondition(words[at], contains))
				at++
				continue
			}
			run := make([]*sql.Predicate, n)
			for i, w := range words[at : at+n] {
				run[i] = contains(w)
				if d := phoneDigits(w); d != w && phoneLike(w) {
					run[i] = sql.Or(run[i], contains(d))
				}
			}
			found := run[0] // And of one loses the brackets of what is in it
			if n > 1 {
				found = sql.And(run...)
			}
			if number := strings.Join(words[at:at+n], " "); n > 1 && phoneLike(number) {
				found = sql.Or(found, contains(phoneDigits(number)))
			}
			s.Where(found)
			at += n
		}
	}}
}

// Matching narrows a selection of contacts to those that a search finds; all for a blank one.
func Matching(search string) func(*sql.Selector) {
	return func(s *sql.Selector) {
		for _, holds := range searchConditions(search) {
			holds(s)
		}
	}
}

// numberAt is how many of the first words have only digits and the signs between them.
func numberAt(words []string) int {
	for i, w := range words {
		if !numeric(w) {
			return i
		}
	}
	return len(words)
}

func wordCondition(word string, contains func(string) *sql.Predicate) *sql.Predicate {
	if number := Fold(NormalizeVATNumber(word)); number != word && len(digits(number)) >= 3 {
		return sql.Or(contains(word), contains(number))
	}
	return contains(word)
}

// SearchText is the folded text that a contact with these parts is found by.
func SearchText(c *ent.Contact, addresses []*ent.ContactAddress, emails []*ent.ContactEmail, phones []*ent.ContactPhone) string {
	parts := []string{c.FirstName, c.LastName, c.Company, c.Profession, c.VatNumber}
	if c.CustomID != nil {
		parts = append(parts, *c.CustomID)
	}
	for _, a := range addresses {
		parts = append(parts, a.City)
	}
	for _, e := range emails {
		parts = append(parts, e.Email)
	}
	for _, p := range phones {
		parts = append(parts, digits(p.Number))
	}
	return Fold(strings.Join(parts, " "))
}

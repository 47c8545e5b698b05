package imports

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent/contactaddress"
)

// column is a column of the file.
type column struct {
	name     string // as the file has it
	role     role
	group    int    // which of several addresses, e-mails or telephone numbers
	label    string // of what stands in it, when the column's name says more than "telephone"
	kind     contactaddress.Kind
	category string // its title
	apart    bool   // a note of its own, not a part of one
}

// mapping says what each column of a file is.
type mapping struct {
	columns   []column
	of        map[role][]int // the columns of each role
	labelOf   map[int]int    // of an e-mail's or telephone's column: the column of its label
	primaryOf map[int]int    // and the column that says whether it is the primary one
}

// newMapping settles what the columns of the settings are. What the header says beyond the
// field, which address for instance, counts as long as nobody chose another field.
func newMapping(chosen []*Column) *mapping {
	m := &mapping{columns: make([]column, len(chosen)), of: map[role][]int{}, labelOf: map[int]int{}, primaryOf: map[int]int{}}
	var free []int // columns that a person gave a meaning
	for i, c := range chosen {
		m.columns[i] = column{name: c.Header}
		if c.Field == nil {
			continue
		}
		if guess := recognise(c.Header); guess.field() == *c.Field {
			m.columns[i] = guess
		} else if other, ok := fieldColumn(*c.Field); ok {
			other.name = c.Header
			m.columns[i] = other
			free = append(free, i)
		}
	}
	m.group(free)
	for i, c := range m.columns {
		m.of[c.role] = append(m.of[c.role], i)
	}
	for _, p := range []struct {
		value, beside role
		to            map[int]int
	}{{email, emailLabel, m.labelOf}, {phone, phoneLabel, m.labelOf}, {email, emailPrimary, m.primaryOf}, {phone, phonePrimary, m.primaryOf}} {
		for _, i := range m.of[p.value] {
			for _, j := range m.of[p.beside] {
				if m.columns[i].group == m.columns[j].group {
					p.to[i] = j
				}
			}
		}
	}
	return m
}

// group settles which columns without a number of their own belong together: the parts of an
// address as long as none comes twice, a label with what stands before it.
func (m *mapping) group(free []int) {
	address, of := 5000, map[role]bool{}
	for _, i := range free {
		c := &m.columns[i]
		switch c.role {
		case email, phone:
			c.group = 6000 + i
		case emailLabel, emailPrimary:
			c.group = m.before(i, email)
		case phoneLabel, phonePrimary:
			c.group = m.before(i, phone)
		case formatted, street, city, region, postalCode, country, branchCode, addressKind:
			// A second street right behind the first is its second line.
			if of[c.role] && (c.role != street || m.columns[i-1].role != street) {
				address, of = address+1, map[role]bool{}
			}
			of[c.role] = true
			c.group = address
		}
	}
}

// before gives the group of the nearest column of a role on the left, or else on the right.
func (m *mapping) before(i int, r role) int {
	for _, step := range []int{-1, 1} {
		for j := i + step; j >= 0 && j < len(m.columns); j += step {
			if m.columns[j].role == r {
				return m.columns[j].group
			}
		}
	}
	return 0
}

// named says whether a column holds what a contact is named by.
func (m *mapping) named() bool {
	return len(m.of[firstName])+len(m.of[lastName])+len(m.of[fullName])+len(m.of[company]) > 0
}

// guessed are the columns of a header as they are recognised.
func guessed(header []string) []*Column {
	out := make([]*Column, len(header))
	for i, name := range header {
		c := recognise(name)
		out[i] = &Column{Index: i, Header: c.name}
		if field := c.field(); field != "" {
			out[i].Field, out[i].Guessed = &field, true
		}
	}
	return once(out)
}

// once leaves a field that can be said once to the first column that means it, but for names,
// of which a row may have one here and one there.
func once(columns []*Column) []*Column {
	seen := map[string]bool{}
	for _, c := range columns {
		if c.Field == nil {
			continue
		}
		if col, _ := fieldColumn(*c.Field); !several[col.role] && col.role >= isClient && seen[*c.Field] {
			c.Field, c.Guessed = nil, false
			continue
		}
		seen[*c.Field] = true
	}
	return columns
}

// recognised counts the cells of a row that are names of columns.
func recognised(cells []string) (n int) {
	for _, c := range cells {
		if recognise(c).role != unknown {
			n++
		}
	}
	return n
}

// key is a column's name as it is compared: folded, letters and digits alone.
func key(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, contact.Fold(name))
}

// The forms of files.
const (
	kartela   = "Kartela"
	google    = "Google Contacts"
	oldGoogle = "Google Contacts (old)"
	outlook   = "Outlook"
	xero      = "Xero"
	table     = "Table"
)

func formatOf(header []string) string {
	has := map[string]bool{}
	for _, h := range header {
		has[key(h)] = true
	}
	switch {
	case has["customid"] && has["isclient"] && has["issupplier"] && has["vatnumber"]:
		return kartela
	case has["groupmembership"], has["email1type"], has["phone1type"]:
		return oldGoogle
	case has["email1value"], has["phone1value"], has["phoneticfirstname"]:
		return google
	case has["contactname"] && has["emailaddress"]:
		return xero
	case has["emailaddress"] && (has["businessphone"] || has["homephone"] || has["businessstreet"]):
		return outlook
	}
	return table
}

// recognise says what a column is by its name.
func recognise(name string) column {
	name = strings.TrimSpace(name)
	if c, ok := ours(name); ok {
		c.name = name
		return c
	}
	k := key(name)
	c, ok := known[k]
	if m := numbered.FindStringSubmatch(k); !ok && m != nil { // E-mail 1 - Value
		if c, ok = numberedKnown[m[1]+m[3]]; ok {
			c.group, _ = strconv.Atoi(m[2])
		}
	}
	if m := counted.FindStringSubmatch(k); !ok && m != nil { // Τηλέφωνο 2
		if c, ok = known[m[1]]; ok && (c.role < website || c.role >= isClient) {
			c = column{} // a second name is no name
		}
		c.group, _ = strconv.Atoi(m[2])
	}
	c.name = name
	if c.label == ownName {
		c.label = c.name
	}
	return c
}

// ours recognises the names that our own files have and key does not keep apart: address.1.city,
// email.2, note.1, category.Περιοχή.
func ours(name string) (column, bool) {
	if strings.HasPrefix(name, ofCategory) {
		return fieldColumn(name)
	}
	m := own.FindStringSubmatch(name)
	if m == nil {
		return column{}, false
	}
	c, ok := fieldColumn(m[1] + m[3])
	c.group, _ = strconv.Atoi(m[2])
	c.apart = c.role == notes
	return c, ok
}

var (
	own      = regexp.MustCompile(`^(address|email|phone|note)\.(\d{1,3})((?:\.[a-zA-Z]+)?)$`)
	numbered = regexp.MustCompile(`^(email|phone|address|website|organization)(\d{1,3})([a-z]+)$`)
	counted  = regexp.MustCompile(`^(\D+)(\d{1,3})$`)
)

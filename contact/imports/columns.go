package imports

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/fault"
)

// role is what the cells of a column are of a contact.
type role int

const (
	unknown role = iota
	firstName
	middleName
	lastName
	fullName // of a person, where the parts are not given
	company
	profession
	vatNumber
	taxOffice
	customID
	website
	notes
	labels // Google's groups
	email
	emailLabel
	phone
	phoneLabel
	addressLabel
	formatted // a whole address in one cell
	street
	city
	region
	postalCode
	country
)

// column is a column of the file.
type column struct {
	name  string // as the file has it
	role  role
	group int    // which of several addresses, e-mails or telephone numbers
	label string // of what stands in it, when the column's name says more than "telephone"
	kind  contactaddress.Kind
}

// mapping says what each column of a file is.
type mapping struct {
	format  string
	columns []column
	of      map[role][]int // the columns of each role
	labelOf map[int]int    // of an e-mail's or telephone's column: the column of its label
}

// newMapping reads the header.
//
// Faults, on file: INVALID when no column holds names.
func newMapping(header []string) (*mapping, error) {
	m := &mapping{format: formatOf(header), of: map[role][]int{}, labelOf: map[int]int{}}
	for i, name := range header {
		c := recognise(name)
		m.columns = append(m.columns, c)
		m.of[c.role] = append(m.of[c.role], i)
	}
	for value, label := range map[role]role{email: emailLabel, phone: phoneLabel} {
		for _, i := range m.of[value] {
			for _, j := range m.of[label] {
				if m.columns[i].group == m.columns[j].group {
					m.labelOf[i] = j
				}
			}
		}
	}
	if len(m.of[firstName])+len(m.of[lastName])+len(m.of[fullName])+len(m.of[company]) == 0 {
		return nil, fault.New(fault.Invalid, "file", "No column of names was recognised: the first row names the columns, such as First name, Last name, Company, e-mail.")
	}
	return m, nil
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

// The forms of files, for the report.
const (
	google  = "Google Contacts"
	outlook = "Outlook"
	xero    = "Xero"
	table   = "Table"
)

func formatOf(header []string) string {
	has := map[string]bool{}
	for _, h := range header {
		has[key(h)] = true
	}
	switch {
	case has["email1value"], has["phone1value"], has["groupmembership"], has["phoneticfirstname"]:
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
	k := key(name)
	c, ok := known[k]
	if m := numbered.FindStringSubmatch(k); !ok && m != nil { // E-mail 1 - Value
		if c, ok = numberedKnown[m[1]+m[3]]; ok {
			c.group, _ = strconv.Atoi(m[2])
		}
	}
	if m := counted.FindStringSubmatch(k); !ok && m != nil { // Τηλέφωνο 2
		if c, ok = known[m[1]]; ok && c.role < website {
			c = column{} // a second name is no name
		}
		c.group, _ = strconv.Atoi(m[2])
	}
	c.name = strings.TrimSpace(name)
	if c.label == ownName {
		c.label = c.name
	}
	return c
}

var (
	numbered = regexp.MustCompile(`^(email|phone|address|website|organization)(\d{1,3})([a-z]+)$`)
	counted  = regexp.MustCompile(`^(\D+)(\d{1,3})$`)
)

package imports

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/fault"
)

// draft is a row as the contact it is to become.
type draft struct {
	line   int
	fields *contact.Fields
	note   string
	emails []int // the column of each e-mail
}

// drafter makes drafts of rows.
type drafter struct {
	*mapping
	home   string // the organization's country
	roles  Input
	unused []bool // columns of which something was not used

	// of the row at hand
	row  row
	to   *contact.Fields
	from map[string]int // the column that a field came from
	note []string
}

func newDrafter(m *mapping, in Input, home string) *drafter {
	return &drafter{mapping: m, home: home, roles: in, unused: make([]bool, len(m.columns)), from: map[string]int{}}
}

// draft reads a row, or says what is wrong with it. All that stands in a column with a role
// is kept, as a field or else in the note, or it is a problem.
func (d *drafter) draft(r row) (*draft, *Problem) {
	if r.broken != "" {
		return nil, d.problem(r, r.at, r.broken)
	}
	for i := len(d.columns); i < len(r.cells); i++ {
		if strings.TrimSpace(r.cells[i]) != "" {
			return nil, &Problem{Line: r.line, Outcome: Rejected, Reason: fmt.Sprintf("The row has %d cells, but the header has %d.", len(r.cells), len(d.columns))}
		}
	}
	d.row, d.note = r, nil
	d.to = &contact.Fields{IsClient: &d.roles.AsClients, IsSupplier: &d.roles.AsSuppliers}
	clear(d.from)
	d.texts()
	d.names()
	d.emails()
	d.phones()
	d.addresses()
	d.leftOver()
	if d.to.FirstName == nil && d.to.LastName == nil && d.to.Company == nil {
		return nil, &Problem{Line: r.line, Outcome: Rejected, Reason: "The row names neither a person nor a company."}
	}
	note := strings.Join(d.note, "\n")
	if utf8.RuneCountInString(note) > contact.MaxNote {
		return nil, d.problem(r, d.from["note"], fmt.Sprintf("A note has at most %d characters.", contact.MaxNote))
	}
	if err := d.to.Prepare(d.home); err != nil {
		f := fault.From(err)
		return nil, d.problem(r, d.origin(f.Field), f.Text)
	}
	out := &draft{line: r.line, fields: d.to, note: note, emails: make([]int, len(d.to.Emails))}
	for i := range d.to.Emails {
		out.emails[i] = d.from[fmt.Sprintf("emails.%d", i)]
	}
	return out, nil
}

func (d *drafter) problem(r row, column int, reason string) *Problem {
	p := &Problem{Line: r.line, Outcome: Rejected, Reason: reason}
	if column >= 0 && column < len(d.columns) {
		p.Column = d.columns[column].name
	}
	return p
}

// origin gives the column of a field at fault, or of the nearest field above it; -1 for none.
func (d *drafter) origin(field string) int {
	for field != "" {
		for _, f := range []string{field, field + ".0"} {
			if c, ok := d.from[f]; ok {
				return c
			}
		}
		field = field[:max(0, strings.LastIndexByte(field, '.'))]
	}
	return -1
}

func (d *drafter) cell(column int) string {
	if column >= len(d.row.cells) {
		return ""
	}
	return strings.TrimSpace(d.row.cells[column])
}

// cells gives the columns of a role that have something in this row.
func (d *drafter) cells(r role) (columns []int) {
	for _, c := range d.of[r] {
		if d.cell(c) != "" {
			columns = append(columns, c)
		}
	}
	return columns
}

// keep puts what has no field of its own into the note, under the column's name.
func (d *drafter) keep(column int, text string) {
	d.note = append(d.note, d.columns[column].name+": "+text)
	if _, ok := d.from["note"]; !ok {
		d.from["note"] = column
	}
}

// one gives the one value that a field can have, nil for none. Others are kept in the note.
func (d *drafter) one(r role, field string) *string {
	var first *string
	for _, c := range d.cells(r) {
		for _, v := range values(d.cell(c)) {
			switch {
			case first == nil:
				v = oneLine(v, " ")
				first, d.from[field] = &v, c
			case contact.Fold(v) != contact.Fold(*first):
				d.keep(c, v)
			}
		}
	}
	return first
}

var officeCode = regexp.MustCompile(`^\d{4}$`)

func (d *drafter) texts() {
	for _, c := range d.cells(notes) {
		d.note = append(d.note, d.cell(c))
		d.from["note"] = c
	}
	d.to.Profession = d.one(profession, "profession")
	d.to.VatNumber = d.one(vatNumber, "vatNumber")
	d.to.CustomID = d.one(customID, "customId")
	d.to.Website = d.one(website, "website")
	if office := d.one(taxOffice, "taxOffice"); office != nil {
		if officeCode.MatchString(*office) {
			d.to.TaxOffice = office
		} else {
			d.keep(d.from["taxOffice"], *office) // a name: the field holds codes
		}
	}
}

func (d *drafter) names() {
	d.to.Company = d.one(company, "company")
	d.to.LastName = d.one(lastName, "lastName")
	d.to.FirstName = d.one(firstName, "firstName")
	if middle := d.one(middleName, "middleName"); middle != nil {
		if d.to.FirstName == nil {
			d.to.FirstName, d.from["firstName"] = middle, d.from["middleName"]
		} else {
			both := *d.to.FirstName + " " + *middle
			d.to.FirstName = &both
		}
	}
	whole := d.one(fullName, "fullName")
	if whole == nil {
		return
	}
	if d.to.FirstName != nil || d.to.LastName != nil || (d.to.Company != nil && contact.Fold(*d.to.Company) == contact.Fold(*whole)) {
		if c := d.from["fullName"]; !covered(*whole, d.others(c)) {
			d.keep(c, *whole)
		}
		return // the parts are given
	}
	if d.to.Company == nil && d.to.VatNumber != nil {
		d.to.Company, d.from["company"] = whole, d.from["fullName"]
		return
	}
	d.from["firstName"], d.from["lastName"] = d.from["fullName"], d.from["fullName"]
	if at := strings.LastIndexByte(*whole, ' '); at > 0 {
		first, last := strings.TrimSpace((*whole)[:at]), (*whole)[at+1:]
		d.to.FirstName, d.to.LastName = &first, &last
		return
	}
	d.to.FirstName = whole
}

// others is all that the row has beside one cell.
func (d *drafter) others(column int) string {
	var b strings.Builder
	for i, c := range d.row.cells {
		if i != column {
			b.WriteString(c + " ")
		}
	}
	return b.String()
}

// covered says whether every word of a text is in another; digits however they are grouped.
func covered(s, by string) bool {
	have := map[string]bool{}
	for _, w := range words(by) {
		have[w] = true
	}
	for _, w := range words(s) {
		number := strings.Trim(w, "0123456789") == ""
		if !have[w] && (!number || !strings.Contains(key(by), w)) {
			return false
		}
	}
	return true
}

func words(s string) []string {
	return strings.FieldsFunc(contact.Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func (d *drafter) emails() {
	seen := map[string]bool{}
	for _, c := range d.cells(email) {
		label, primary := d.label(c)
		for _, v := range values(d.cell(c)) {
			for _, address := range strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
				if address = strings.TrimSpace(address); address == "" || seen[strings.ToLower(address)] {
					continue
				}
				seen[strings.ToLower(address)] = true
				d.from[fmt.Sprintf("emails.%d", len(d.to.Emails))] = c
				d.to.Emails = append(d.to.Emails, &contact.EmailInput{Email: address, Label: label, Primary: primary})
				primary = false
			}
		}
	}
	onePrimary(d.to.Emails, func(e *contact.EmailInput) *bool { return &e.Primary })
}

func (d *drafter) phones() {
	seen := map[string]bool{}
	for _, c := range d.cells(phone) {
		label, primary := d.label(c)
		for _, v := range values(strings.ReplaceAll(d.cell(c), "\n", between)) {
			if seen[v] {
				continue
			}
			seen[v] = true
			d.from[fmt.Sprintf("phones.%d", len(d.to.Phones))] = c
			d.to.Phones = append(d.to.Phones, &contact.PhoneInput{Number: v, Label: label, Primary: primary})
			primary = false
		}
	}
	onePrimary(d.to.Phones, func(p *contact.PhoneInput) *bool { return &p.Primary })
}

// label gives the label of an e-mail's or telephone's column. Google marks the primary one
// with an asterisk.
func (d *drafter) label(column int) (label string, primary bool) {
	label = d.columns[column].label
	if c, ok := d.labelOf[column]; ok && d.cell(c) != "" {
		label = d.cell(c)
	}
	bare, primary := strings.CutPrefix(label, "*")
	return oneLine(strings.TrimSpace(bare), " "), primary
}

// onePrimary leaves the first mark and takes off the others.
func onePrimary[T any](list []T, mark func(T) *bool) {
	found := false
	for _, x := range list {
		m := mark(x)
		*m, found = *m && !found, found || *m
	}
}

// leftOver notes which columns hold something that is used nowhere.
func (d *drafter) leftOver() {
	for _, c := range d.cells(unknown) {
		d.unused[c] = true
	}
	for _, c := range d.cells(labels) {
		for _, v := range values(d.cell(c)) {
			if !strings.HasPrefix(v, "* ") { // Google's own groups: * myContacts, * starred
				d.unused[c] = true
			}
		}
	}
	for _, c := range d.cells(addressLabel) {
		if kindOf(d.cell(c)) == "" {
			d.unused[c] = true
		}
	}
}

// ignored are the columns that held something that was not used.
func (d *drafter) ignored() []string {
	out := []string{}
	for i, unused := range d.unused {
		if unused {
			out = append(out, d.columns[i].name)
		}
	}
	return out
}

// between stands between several values of one cell.
const between = ":::"

// values splits a cell as Google joins several values; none are empty.
func values(cell string) []string {
	var out []string
	for _, v := range strings.Split(cell, between) {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// oneLine joins the lines of a text.
func oneLine(s, with string) string {
	if !strings.Contains(s, "\n") {
		return s
	}
	var out []string
	for _, l := range strings.Split(s, "\n") {
		if l = strings.Trim(l, " \t,"); l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, with)
}

// kindOf gives the kind of address that a label names; "" when it names none.
func kindOf(label string) contactaddress.Kind {
	switch key(label) {
	case "billing", "invoice", "χρεωσησ", "τιμολογησησ", "εδρα":
		return contactaddress.KindBilling
	case "shipping", "delivery", "αποστολησ", "παραδοσησ":
		return contactaddress.KindShipping
	}
	return ""
}

package imports

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/fault"
)

// draft is a row as the contact it is to become.
type draft struct {
	line    int
	in      contact.Incoming
	name    string          // as the row has it; "" for none
	names   []contact.Named // that it is known by
	problem *problem
	origins origins
	taken   uuid.UUID // the contact that it took, while it is being written
	old     []mark    // what that one is known by no longer
	now     []mark    // and since
}

// problem is what is wrong with a row.
type problem struct {
	column string // at fault, as the file names it; "" when it is the whole row
	reason string // one sentence
}

// origins say which column each field came from.
type origins []struct {
	field  string
	column int
}

// note keeps where a field came from, unless that is known.
func (o *origins) note(field string, column int) {
	if _, ok := o.find(field); !ok {
		*o = append(*o, struct {
			field  string
			column int
		}{field, column})
	}
}

func (o *origins) find(field string) (column int, ok bool) {
	for _, x := range *o {
		if x.field == field {
			return x.column, true
		}
	}
	return -1, false
}

// of gives the column of a field at fault, or of the nearest field above it; -1 for none.
func (o *origins) of(field string) int {
	for field != "" {
		for _, f := range []string{field, field + ".0"} {
			if c, ok := o.find(f); ok {
				return c
			}
		}
		field = field[:max(0, strings.LastIndexByte(field, '.'))]
	}
	return -1
}

// drafter makes drafts of rows.
type drafter struct {
	*mapping
	clients, suppliers bool                // what contacts are when the file says nothing else
	categories         map[string]*choices // by folded titles
	exact              bool                // the file is our own export: a cell is one value, with its lines

	// of the row at hand
	row  row
	to   *contact.Fields
	out  *draft
	note []string // lines of a note
	bad  *problem // the first
}

// draft reads a row. All that stands in a column with a meaning is kept, as a field or else in
// the note, or it is a problem.
func (d *drafter) draft(r row) *draft {
	d.row, d.note, d.bad, d.to = r, nil, nil, &contact.Fields{}
	d.out = &draft{line: r.line, in: contact.Incoming{Fields: d.to}}
	if r.broken != "" {
		d.refuse(r.at, "%s", r.broken)
	}
	for i := len(d.columns); i < len(r.cells); i++ {
		if strings.TrimSpace(r.cells[i]) != "" {
			d.refuse(-1, "The row has %d cells, but the header has %d.", len(r.cells), len(d.columns))
			break
		}
	}
	if d.bad == nil {
		d.texts()
		d.names()
		d.emails()
		d.phones()
		d.addresses()
		d.values()
		d.notes()
	}
	if d.bad == nil {
		if err := d.to.Prepare(); err != nil {
			d.fault(fault.From(err))
		}
	}
	d.out.name, d.out.problem = contact.NameOf(d.to), d.bad
	if d.bad == nil {
		d.out.names = contact.NamesOf(d.to)
		d.out.in.Build()
	}
	return d.out
}

// refuse notes the row's first problem, at a column; -1 when it is the row as a whole.
func (d *drafter) refuse(column int, reason string, args ...any) {
	if d.bad == nil {
		d.bad = d.problemAt(column, fmt.Sprintf(reason, args...))
	}
}

func (d *drafter) fault(f *fault.Error) { d.refuse(d.out.origins.of(f.Field), "%s", f.Text) }

// problemOf is a fault that came to light later.
func (m *mapping) problemOf(d *draft, f *fault.Error) *problem {
	return m.problemAt(d.origins.of(f.Field), f.Text)
}

func (m *mapping) problemAt(column int, reason string) *problem {
	p := &problem{reason: reason}
	if column >= 0 && column < len(m.columns) {
		p.column = m.columns[column].name
	}
	return p
}

// notes makes notes of the texts that have no field of their own, and of those that are notes.
func (d *drafter) notes() {
	var all []string
	for _, c := range d.cells(notes) {
		if d.columns[c].apart {
			all = append(all, d.cell(c))
			d.from("note", c)
		}
	}
	if text := strings.Join(d.note, "\n"); text != "" {
		all = append([]string{text}, all...)
	}
	for _, text := range all {
		if utf8.RuneCountInString(text) > contact.MaxNote {
			d.refuse(d.out.origins.of("note"), "A note has at most %d characters.", contact.MaxNote)
			return
		}
		if d.exact || !slices.Contains(d.out.in.Notes, text) {
			d.out.in.Notes = append(d.out.in.Notes, text)
		}
	}
}

func (d *drafter) from(field string, column int) { d.out.origins.note(field, column) }

func (d *drafter) cell(column int) string {
	if column >= len(d.row.cells) {
		return ""
	}
	return bare(strings.TrimSpace(d.row.cells[column]))
}

// bare takes off the apostrophe by which a cell is kept from being taken for a formula.
func bare(cell string) string {
	rest, ok := strings.CutPrefix(cell, "'")
	if ok && neutral.MatchString(rest) {
		return rest
	}
	return cell
}

// neutral is what begins a formula, or a text that already had an apostrophe before one.
var neutral = regexp.MustCompile(`^'*[=+\-@\t\r]`)

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
	d.from("note", column)
}

// one gives the one value that a field can have, nil for none. Others are kept in the note.
func (d *drafter) one(r role, field string) *string {
	var first *string
	for _, c := range d.cells(r) {
		for _, v := range d.split(d.cell(c)) {
			switch {
			case first == nil:
				v = d.oneLine(v, " ")
				first = &v
				d.from(field, c)
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
		if !d.columns[c].apart {
			d.note = append(d.note, d.cell(c))
			d.from("note", c)
		}
	}
	d.to.Profession = d.one(profession, "profession")
	d.to.VatNumber = d.one(vatNumber, "vatNumber")
	d.to.CustomID = d.one(customID, "customId")
	d.to.Website = d.one(website, "website")
	if office := d.one(taxOffice, "taxOffice"); office != nil {
		if d.exact || officeCode.MatchString(*office) {
			d.to.TaxOffice = office
		} else {
			d.keep(d.out.origins.of("taxOffice"), *office) // a name: the field holds codes
		}
	}
}

func (d *drafter) names() {
	d.to.Company = d.one(company, "company")
	d.to.LastName = d.one(lastName, "lastName")
	d.to.FirstName = d.one(firstName, "firstName")
	if middle := d.one(middleName, "middleName"); middle != nil {
		if d.to.FirstName == nil {
			d.to.FirstName = middle
			d.from("firstName", d.out.origins.of("middleName"))
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
		if c := d.out.origins.of("fullName"); !covered(*whole, d.others(c)) {
			d.keep(c, *whole)
		}
		return // the parts are given
	}
	if d.to.Company == nil && d.to.VatNumber != nil {
		d.to.Company = whole
		d.from("company", d.out.origins.of("fullName"))
		return
	}
	for _, part := range []string{"firstName", "lastName"} {
		d.from(part, d.out.origins.of("fullName"))
	}
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
		for _, v := range d.split(d.cell(c)) {
			for _, address := range strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
				if address = strings.TrimSpace(address); address == "" || seen[strings.ToLower(address)] {
					continue
				}
				seen[strings.ToLower(address)] = true
				d.from(fmt.Sprintf("emails.%d", len(d.to.Emails)), c)
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
		for _, v := range d.splitLines(d.cell(c)) {
			if seen[v] && !d.exact { // ours may have a number twice, under two labels
				continue
			}
			seen[v] = true
			d.from(fmt.Sprintf("phones.%d", len(d.to.Phones)), c)
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
	bare, primary := label, false
	if !d.exact {
		bare, primary = strings.CutPrefix(label, "*")
	}
	if c, ok := d.primaryOf[column]; ok && d.cell(c) != "" {
		primary = d.yes(c)
	}
	return d.oneLine(strings.TrimSpace(bare), " "), primary
}

// onePrimary leaves the first mark and takes off the others.
func onePrimary[T any](list []T, mark func(T) *bool) {
	found := false
	for _, x := range list {
		m := mark(x)
		*m, found = *m && !found, found || *m
	}
}

// between stands between several values of one cell.
const between = ":::"

// split gives the values of a cell as Google joins several; none are empty. Our own export
// joins none.
func (d *drafter) split(cell string) []string {
	pieces := []string{cell}
	if !d.exact {
		pieces = strings.Split(cell, between)
	}
	var out []string
	for _, v := range pieces {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// splitLines is split where a line may be a value too.
func (d *drafter) splitLines(cell string) []string {
	if d.exact {
		return d.split(cell)
	}
	return d.split(strings.ReplaceAll(cell, "\n", between))
}

// oneLine joins the lines of a text, which those of our own export keep.
func (d *drafter) oneLine(s, with string) string {
	if d.exact || !strings.Contains(s, "\n") {
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

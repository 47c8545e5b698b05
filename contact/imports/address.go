package imports

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent/contactaddress"
)

var addressRoles = []role{street, city, region, postalCode, country, branchCode, formatted}

// addresses reads every group of address columns. Where cells hold several values, the first
// of each belong together, and so on.
func (d *drafter) addresses() {
	for _, g := range d.addressGroups() {
		n := 0
		parts := map[int][]string{} // of each column
		for _, c := range g {
			parts[c] = []string{d.cell(c)}
			if !d.exact {
				parts[c] = strings.Split(d.cell(c), between)
			}
			n = max(n, len(parts[c]))
		}
		for i := range n {
			d.address(g, func(c int) string {
				if i < len(parts[c]) {
					return strings.TrimSpace(parts[c][i])
				}
				return ""
			})
		}
	}
}

// addressGroups are the columns of each address that has something in this row.
func (d *drafter) addressGroups() (groups [][]int) {
	at, of := map[int]int{}, addressRoles
	if d.exact {
		of = append(slices.Clone(of), addressKind) // it may be all that an address has
	}
	for _, r := range of {
		for _, c := range d.cells(r) {
			g := d.columns[c].group
			i, ok := at[g]
			if !ok {
				i = len(groups)
				at[g], groups = i, append(groups, nil)
			}
			groups[i] = append(groups[i], c)
		}
	}
	slices.SortStableFunc(groups, func(a, b []int) int { return d.columns[a[0]].group - d.columns[b[0]].group })
	return groups
}

func (d *drafter) address(columns []int, cell func(column int) string) {
	a := &contact.AddressInput{}
	at := fmt.Sprintf("addresses.%d", len(d.to.Addresses))
	var line []string
	for _, c := range columns {
		v := cell(c)
		if v == "" {
			continue
		}
		d.from(at, columns[0])
		field := map[role]*string{city: &a.City, region: &a.Region, postalCode: &a.PostalCode, branchCode: &a.BranchCode}[d.columns[c].role]
		switch r := d.columns[c].role; {
		case r == addressKind:
		case field != nil && *field == "":
			*field = d.oneLine(v, " ")
			d.from(at+"."+addressFields[r], c)
		case r == country && a.Country == "":
			if code, ok := d.countryCode(v); ok {
				a.Country = code
				continue
			}
			line = append(line, d.oneLine(v, ", ")) // no country that is known: kept as it is
		case r == formatted && len(line)+len(a.City)+len(a.Region)+len(a.PostalCode)+len(a.Country) > 0:
			if rest := d.beyond(v, columns); rest != "" { // else the same in one piece
				d.keep(c, rest)
			}
		default:
			line = append(line, d.oneLine(v, ", "))
			d.from(at+".line", c)
		}
	}
	a.Line = strings.Join(line, ", ")
	if *a == (contact.AddressInput{}) && !d.exact {
		return
	}
	a.Kind = d.kind(columns[0])
	d.to.Addresses = append(d.to.Addresses, a)
}

// countryCode is that of a country's name. Two letters in our own export are what was kept,
// be they a country's or not.
func (d *drafter) countryCode(name string) (string, bool) {
	if d.exact && twoLetters.MatchString(name) {
		return name, true
	}
	return countryCode(name)
}

var twoLetters = regexp.MustCompile(`^[A-Z]{2}$`)

// beyond gives the lines of a formatted address that the other columns do not hold.
func (d *drafter) beyond(v string, columns []int) string {
	var parts, rest []string
	for _, c := range columns {
		if d.columns[c].role != formatted {
			parts = append(parts, d.cell(c))
		}
	}
	for _, l := range strings.Split(v, "\n") {
		if _, ok := countryCode(l); !ok && !covered(l, strings.Join(parts, " ")) {
			rest = append(rest, strings.TrimSpace(l))
		}
	}
	return strings.Join(rest, ", ")
}

var addressFields = map[role]string{city: "city", region: "region", postalCode: "postalCode", branchCode: "branchCode"}

// kind is what the column's name or label says; else the first address is for billing.
func (d *drafter) kind(column int) *contactaddress.Kind {
	k := d.columns[column].kind
	for _, c := range d.of[addressKind] {
		if k == "" && d.columns[c].group == d.columns[column].group {
			if k = kindOf(d.cell(c)); d.exact && key(d.cell(c)) == "other" { // of other programs it may be the only one
				k = contactaddress.KindOther
			}
		}
	}
	switch {
	case k != "":
	case len(d.to.Addresses) == 0:
		k = contactaddress.KindBilling
	default:
		k = contactaddress.KindOther
	}
	return &k
}

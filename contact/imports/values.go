package imports

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/kartela/kartela/contact"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/tracking"
)

// choices are a category and its options by folded titles.
type choices struct {
	title   string
	options map[string]tracking.Choice
}

// values reads what is neither a name nor a way to reach somebody.
func (d *drafter) values() {
	d.to.IsClient, d.to.IsSupplier = d.truth(isClient), d.truth(isSupplier)
	d.role()
	if d.to.IsClient == nil && d.to.IsSupplier == nil {
		d.to.IsClient, d.to.IsSupplier = whenTrue(d.clients), whenTrue(d.suppliers)
	}
	if yes := d.truth(archived); yes != nil {
		d.out.in.Archived = *yes
	}
	d.to.DefaultLanguage = lower(d.one(docLanguage, "defaultLanguage"))
	d.to.DefaultTemplate = d.one(template, "defaultTemplate")
	for _, c := range d.first(clientType) {
		d.from("clientType", c)
		if kind, ok := clientTypes[key(d.cell(c))]; ok {
			d.to.ClientType = &kind
		} else {
			d.refuse(c, "One of domestic, intra_community, third_country, private_individual.")
		}
	}
	for _, c := range d.first(currency) {
		code, err := money.ParseCurrency(strings.ToUpper(d.cell(c)))
		if err != nil {
			d.refuse(c, "This is not an ISO 4217 currency code such as EUR.")
		}
		d.to.DefaultCurrency = &code
	}
	for _, c := range d.first(dueDays) {
		d.from("defaultDueDays", c)
		days, err := strconv.Atoi(d.cell(c))
		if err != nil {
			d.refuse(c, "A whole number of days.")
		}
		d.to.DefaultDueDays = &days
	}
	for _, c := range d.first(taxes) {
		d.from("defaultTaxes", c)
		if err := json.Unmarshal([]byte(d.cell(c)), &d.to.DefaultTaxes); err != nil {
			d.refuse(c, "The taxes are not such JSON as our own export has.")
		}
		for _, t := range d.to.DefaultTaxes {
			if t == nil {
				d.refuse(c, "The taxes are not such JSON as our own export has.")
				d.to.DefaultTaxes = nil
				break
			}
		}
	}
	d.options()
}

// first gives the first column of a role that has something in this row, or none.
func (d *drafter) first(r role) []int {
	all := d.cells(r)
	return all[:min(1, len(all))]
}

// role reads what a contact is from one cell.
func (d *drafter) role() {
	for _, c := range d.first(roles) {
		is, ok := roleNames[key(d.cell(c))]
		if !ok {
			d.refuse(c, "One of client, supplier, both.")
			return
		}
		if d.to.IsClient == nil {
			d.to.IsClient = &is[0]
		}
		if d.to.IsSupplier == nil {
			d.to.IsSupplier = &is[1]
		}
	}
}

var roleNames = map[string][2]bool{
	"client": {true, false}, "customer": {true, false}, "πελατησ": {true, false},
	"supplier": {false, true}, "vendor": {false, true}, "προμηθευτησ": {false, true},
	"both": {true, true}, "clientsupplier": {true, true}, "clientandsupplier": {true, true}, "καιταδυο": {true, true},
	"πελατησπρομηθευτησ": {true, true}, "πελατησκαιπρομηθευτησ": {true, true},
	"prospect": {false, false}, "none": {false, false}, "υποψηφιοσ": {false, false},
}

var clientTypes = map[string]entcontact.ClientType{
	"domestic": entcontact.ClientTypeDomestic, "εσωτερικου": entcontact.ClientTypeDomestic, "ημεδαποσ": entcontact.ClientTypeDomestic,
	"intracommunity": entcontact.ClientTypeIntraCommunity, "ενδοκοινοτικοσ": entcontact.ClientTypeIntraCommunity,
	"thirdcountry": entcontact.ClientTypeThirdCountry, "τριτωνχωρων": entcontact.ClientTypeThirdCountry, "τριτεσχωρεσ": entcontact.ClientTypeThirdCountry,
	"privateindividual": entcontact.ClientTypePrivateIndividual, "ιδιωτησ": entcontact.ClientTypePrivateIndividual,
}

// truth reads a cell that says yes or no; nil for an empty one.
func (d *drafter) truth(r role) *bool {
	for _, c := range d.first(r) {
		yes := d.yes(c)
		return &yes
	}
	return nil
}

func (d *drafter) yes(column int) bool {
	yes, ok := truths[key(d.cell(column))]
	if !ok {
		d.refuse(column, "Yes or no.")
	}
	return yes
}

var truths = map[string]bool{
	"yes": true, "y": true, "true": true, "1": true, "x": true, "ναι": true, "ν": true, "αληθησ": true, "αληθεσ": true, "χ": true,
	"no": false, "n": false, "false": false, "0": false, "οχι": false, "ο": false, "ψευδησ": false, "ψευδεσ": false,
}

func whenTrue(v bool) *bool {
	if !v {
		return nil
	}
	return &v
}

func lower(s *string) *string {
	if s == nil {
		return nil
	}
	out := strings.ToLower(*s)
	return &out
}

// options reads the options of tracking categories, by their titles.
func (d *drafter) options() {
	for _, c := range d.cells(category) {
		title := d.columns[c].category
		known, ok := d.categories[contact.Fold(title)]
		if !ok {
			d.refuse(c, "There is no tracking category “%s” for contacts.", title)
			return
		}
		choice, ok := known.options[contact.Fold(d.cell(c))]
		if !ok {
			d.refuse(c, "The category “%s” has no option “%s”.", known.title, d.cell(c))
			return
		}
		d.from("options."+strconv.Itoa(len(d.out.in.Options)), c)
		d.out.in.Options = append(d.out.in.Options, choice)
	}
}

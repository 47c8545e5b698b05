package imports

import "strings"

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
	email
	emailLabel
	emailPrimary
	phone
	phoneLabel
	phonePrimary
	addressKind
	formatted // a whole address in one cell
	street
	city
	region
	postalCode
	country
	branchCode
	isClient
	isSupplier
	roles // client, supplier, both
	clientType
	currency
	docLanguage
	dueDays
	template
	taxes
	archived
	category // an option, by its title
)

// Field is what a column of a file can mean.
type Field struct {
	Name, Label, LabelEl string
	Several              bool
}

// fields are those that every organization has, by their roles, in the order they are offered.
var fields = []struct {
	role
	Field
}{
	{customID, Field{"customId", "Own key", "Δικός σας κωδικός", false}},
	{company, Field{"company", "Company", "Επωνυμία", false}},
	{firstName, Field{"firstName", "First name", "Όνομα", false}},
	{middleName, Field{"middleName", "Middle name", "Μεσαίο όνομα", false}},
	{lastName, Field{"lastName", "Last name", "Επώνυμο", false}},
	{fullName, Field{"displayName", "Full name, to be split", "Ονοματεπώνυμο (χωρίζεται)", false}},
	{profession, Field{"profession", "Profession", "Επάγγελμα", false}},
	{vatNumber, Field{"vatNumber", "VAT number", "ΑΦΜ", false}},
	{taxOffice, Field{"taxOffice", "Tax office", "ΔΟΥ", false}},
	{website, Field{"website", "Website", "Ιστοσελίδα", false}},
	{email, Field{"email", "E-mail", "E-mail", true}},
	{emailLabel, Field{"email.label", "E-mail: label", "E-mail: ετικέτα", true}},
	{emailPrimary, Field{"email.primary", "E-mail: primary (yes/no)", "E-mail: κύριο (ναι/όχι)", true}},
	{phone, Field{"phone", "Phone", "Τηλέφωνο", true}},
	{phoneLabel, Field{"phone.label", "Phone: label", "Τηλέφωνο: ετικέτα", true}},
	{phonePrimary, Field{"phone.primary", "Phone: primary (yes/no)", "Τηλέφωνο: κύριο (ναι/όχι)", true}},
	{formatted, Field{"address", "Address in one cell", "Διεύθυνση σε ένα κελί", true}},
	{addressKind, Field{"address.kind", "Address: kind", "Διεύθυνση: είδος", true}},
	{street, Field{"address.line", "Address: street", "Διεύθυνση: οδός", true}},
	{city, Field{"address.city", "Address: city", "Διεύθυνση: πόλη", true}},
	{region, Field{"address.region", "Address: region", "Διεύθυνση: περιοχή", true}},
	{postalCode, Field{"address.postalCode", "Address: postal code", "Διεύθυνση: ΤΚ", true}},
	{country, Field{"address.country", "Address: country", "Διεύθυνση: χώρα", true}},
	{branchCode, Field{"address.branchCode", "Address: branch code", "Διεύθυνση: κωδικός υποκαταστήματος", true}},
	{notes, Field{"note", "Note", "Σημείωση", true}},
	{isClient, Field{"isClient", "Client (yes/no)", "Πελάτης (ναι/όχι)", false}},
	{isSupplier, Field{"isSupplier", "Supplier (yes/no)", "Προμηθευτής (ναι/όχι)", false}},
	{roles, Field{"role", "Role: client, supplier, both", "Ρόλος: πελάτης, προμηθευτής, και τα δύο", false}},
	{clientType, Field{"clientType", "Client type", "Είδος πελάτη", false}},
	{currency, Field{"defaultCurrency", "Currency of new documents", "Νόμισμα νέων παραστατικών", false}},
	{docLanguage, Field{"defaultLanguage", "Language of new documents", "Γλώσσα νέων παραστατικών", false}},
	{dueDays, Field{"defaultDueDays", "Days to pay", "Ημέρες πληρωμής", false}},
	{template, Field{"defaultTemplate", "Template of new documents", "Πρότυπο νέων παραστατικών", false}},
	{taxes, Field{"defaultTaxes", "Taxes of new documents (JSON)", "Φόροι νέων παραστατικών (JSON)", false}},
	{archived, Field{"archived", "Archived (yes/no), of new contacts", "Αρχειοθετημένη (ναι/όχι), για νέες επαφές", false}},
}

var (
	fieldOf = map[role]string{}
	roleOf  = map[string]role{}
	several = map[role]bool{}
)

func init() {
	for _, f := range fields {
		fieldOf[f.role], roleOf[f.Name], several[f.role] = f.Name, f.role, f.Several
		if k := key(f.Name); f.role != roles && known[k].role == unknown { // a role may be anything
			known[k] = column{role: f.role}
		}
	}
}

// ofCategory begins the name of a field that is a tracking category, by its title.
const ofCategory = "category."

// fieldColumn is a column that means a field; false for a name that is none.
func fieldColumn(field string) (column, bool) {
	if title, ok := strings.CutPrefix(field, ofCategory); ok && title != "" {
		return column{role: category, category: title}, true
	}
	r, ok := roleOf[field]
	return column{role: r}, ok
}

// field is the name of what the column means; "" for nothing.
func (c column) field() string {
	if c.role == category {
		return ofCategory + c.category
	}
	return fieldOf[c.role]
}

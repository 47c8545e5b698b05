package imports

import "github.com/kartela/kartela/ent/contactaddress"

// ownName as a label: the name of the column itself says which telephone it is.
const ownName = "="

// known are the names of columns, as key gives them, in English and Greek: of Google Contacts
// (present and old form), Outlook, Xero, and of tables that people make.
var known = map[string]column{}

// numberedKnown are Google's names of several columns of a kind, without their number.
var numberedKnown = map[string]column{
	"emailvalue": {role: email}, "emaillabel": {role: emailLabel}, "emailtype": {role: emailLabel},
	"phonevalue": {role: phone}, "phonelabel": {role: phoneLabel}, "phonetype": {role: phoneLabel},
	"websitevalue": {role: website}, "organizationname": {role: company}, "organizationtitle": {role: profession},
	"addresslabel": {role: addressKind}, "addresstype": {role: addressKind}, "addressformatted": {role: formatted},
	"addressstreet": {role: street}, "addresspobox": {role: street}, "addressextendedaddress": {role: street},
	"addresscity": {role: city}, "addressregion": {role: region}, "addresspostalcode": {role: postalCode},
	"addresscountry": {role: country},
}

func init() {
	for r, names := range map[role][]string{
		firstName:  {"firstname", "givenname", "forename", "ονομα", "μικροονομα"},
		middleName: {"middlename", "additionalname", "middle", "μεσαιοονομα"},
		lastName:   {"lastname", "familyname", "surname", "επωνυμο", "επιθετο"},
		fullName: {"name", "fullname", "contactperson", "contact", "fileas", "ονοματεπωνυμο", "επωνυμοονομα", "ονομαεπωνυμο",
			"ονομακαιεπωνυμο", "υπευθυνοσ", "υπευθυνοσεπικοινωνιασ"},
		company: {"company", "companyname", "organization", "organizationname", "organisation", "business", "businessname",
			"contactname", "displayname", "client", "clientname", "customer", "customername", "supplier", "suppliername",
			"επωνυμια", "επωνυμιαεπιχειρησησ", "εταιρεια", "εταιρια", "επιχειρηση", "πελατησ", "προμηθευτησ", "συναλλασσομενοσ",
			"διακριτικοστιτλοσ", "επωνυμιαονοματεπωνυμο", "ονοματεπωνυμοεπωνυμια"},
		profession: {"profession", "occupation", "jobtitle", "organizationtitle", "activity", "επαγγελμα", "δραστηριοτητα",
			"αντικειμενοεργασιων", "ιδιοτητα"},
		vatNumber: {"vat", "vatnumber", "vatno", "vatid", "vatregistrationnumber", "taxnumber", "taxid", "tin", "afm", "αφμ",
			"αριθμοσφορολογικουμητρωου"},
		taxOffice: {"taxoffice", "doy", "δου", "εφορια"},
		customID: {"customid", "id", "code", "contactcode", "clientcode", "customercode", "customernumber", "clientnumber",
			"accountnumber", "κωδικοσ", "κωδικοσπελατη", "κωδικοσπρομηθευτη", "κωδικοσεπαφησ", "κωδπελατη"},
		website: {"website", "web", "url", "homepage", "webpage", "site", "ιστοσελιδα", "ιστοτοποσ", "ιστοχωροσ"},
		notes:   {"notes", "note", "comments", "comment", "remarks", "description", "σημειωσεισ", "σημειωση", "παρατηρησεισ", "σχολια", "σχολιο"},
		email: {"email", "emailaddress", "emails", "mail", "email2address", "email3address", "ηλεκτρονικοταχυδρομειο",
			"ηλεκτρονικηδιευθυνση", "διευθυνσηηλεκτρονικουταχυδρομειου", "ηταχυδρομειο"},
		phone: {"phone", "phonenumber", "telephone", "telephonenumber", "tel", "phones", "τηλεφωνο", "τηλεφωνα", "τηλ", "αριθμοστηλεφωνου"},
		street: {"address", "street", "addressline", "streetaddress", "addressline1", "addressline2", "street2", "διευθυνση", "οδοσ",
			"οδοσκαιαριθμοσ", "οδοσαριθμοσ"},
		city:       {"city", "town", "πολη", "τοποσ", "περιοχηπολη"},
		region:     {"region", "state", "province", "county", "stateprovince", "νομοσ", "περιφερεια", "περιοχη"},
		postalCode: {"postalcode", "postcode", "zip", "zipcode", "zippostalcode", "τκ", "ταχυδρομικοσκωδικασ", "ταχκωδικασ"},
		isClient:   {"isclient", "ειναιπελατησ"},
		isSupplier: {"issupplier", "ειναιπρομηθευτησ"},
		currency:   {"currency", "νομισμα"},
		dueDays:    {"duedays", "paymentdays", "ημερεσπληρωμησ", "ημερεσπιστωσησ"},
		archived:   {"archived", "αρχειοθετημενη", "αρχειοθετημενοσ"},
		country:    {"country", "countryregion", "countrycode", "χωρα"},
	} {
		for _, n := range names {
			known[n] = column{role: r}
		}
	}
	for _, n := range []string{"mobile", "mobilephone", "mobilenumber", "cell", "cellphone", "fax", "faxnumber", "homephone",
		"homephone2", "businessphone", "businessphone2", "workphone", "companymainphone", "primaryphone", "otherphone", "carphone",
		"homefax", "businessfax", "otherfax", "callback", "assistantsphone", "directdial", "ddinumber", "κινητο", "κινητοτηλεφωνο",
		"τηλεφωνοεργασιασ", "τηλεφωνοοικιασ", "σταθερο", "σταθεροτηλεφωνο", "φαξ"} {
		known[n] = column{role: phone, label: ownName}
	}
	outlookAddresses()
	xeroAddresses()
}

func outlookAddresses() {
	for i, prefix := range []string{"business", "home", "other"} {
		for part, r := range map[string]role{"address": formatted, "street": street, "street2": street, "street3": street,
			"addresspobox": street, "city": city, "state": region, "postalcode": postalCode, "countryregion": country, "country": country} {
			known[prefix+part] = column{role: r, group: 1000 + i}
		}
	}
}

func xeroAddresses() {
	for i, prefix := range []string{"po", "sa"} {
		kind := []contactaddress.Kind{contactaddress.KindBilling, contactaddress.KindShipping}[i]
		for part, r := range map[string]role{"addressline1": street, "addressline2": street, "addressline3": street, "addressline4": street,
			"city": city, "region": region, "postalcode": postalCode, "country": country} {
			known[prefix+part] = column{role: r, group: 2000 + i, kind: kind}
		}
	}
}

package demo

import (
	"strings"

	"github.com/kartela/kartela/contact"
)

// person is a Greek surname as a man and as a woman bears it.
type surname struct{ man, woman string }

var surnames = []surname{
	{"Παπαδόπουλος", "Παπαδοπούλου"}, {"Παπαδάκης", "Παπαδάκη"}, {"Γεωργίου", "Γεωργίου"}, {"Δημητρίου", "Δημητρίου"},
	{"Αθανασίου", "Αθανασίου"}, {"Οικονόμου", "Οικονόμου"}, {"Νικολαΐδης", "Νικολαΐδου"}, {"Βασιλείου", "Βασιλείου"},
	{"Καραγιάννης", "Καραγιάννη"}, {"Μακρής", "Μακρή"}, {"Αλεξίου", "Αλεξίου"}, {"Κωνσταντινίδης", "Κωνσταντινίδου"},
	{"Ιωαννίδης", "Ιωαννίδου"}, {"Χατζής", "Χατζή"}, {"Σαμαράς", "Σαμαρά"}, {"Λαμπράκης", "Λαμπράκη"},
	{"Τσιρώνης", "Τσιρώνη"}, {"Μαυρίδης", "Μαυρίδου"}, {"Ρήγας", "Ρήγα"}, {"Ζαχαρίου", "Ζαχαρίου"},
	{"Φωτιάδης", "Φωτιάδου"}, {"Θεοδώρου", "Θεοδώρου"}, {"Καλλέργης", "Καλλέργη"}, {"Ξενάκης", "Ξενάκη"},
}

var (
	men   = []string{"Γιώργος", "Νίκος", "Δημήτρης", "Κώστας", "Γιάννης", "Μανώλης", "Στέλιος", "Θανάσης", "Άγγελος", "Ηλίας"}
	women = []string{"Μαρία", "Ελένη", "Κατερίνα", "Σοφία", "Άννα", "Ειρήνη", "Δέσποινα", "Χριστίνα", "Ζωή", "Θάλεια"}

	// Trades of clients, then of suppliers, and the names they go by.
	clientTrades   = []string{"Ταβέρνα", "Εστιατόριο", "Ξενοδοχείο", "Παντοπωλείο", "Κάβα", "Καφενείο", "Ζαχαροπλαστείο", "Ψαροταβέρνα"}
	supplierTrades = []string{"Ελαιοτριβείο", "Μελισσοκομία", "Τυροκομείο", "Οινοποιείο", "Κεραμική", "Τυπογραφείο", "Μεταφορική", "Εκδόσεις"}
	signs          = []string{"Ο Πλάτανος", "Τα Κύματα", "Η Γοργόνα", "Το Λιμάνι", "Αιολίς", "Πανόραμα", "Ο Ήλιος", "Η Άμπελος",
		"Κυκλάδες", "Το Στέκι", "Αύρα", "Ο Μύλος", "Η Ελιά", "Φάρος", "Ακροθαλάσσι", "Τα Αδέλφια", "Ωκεανίς", "Το Αρχοντικό"}
	forms = []string{"ΑΕ", "ΟΕ", "ΕΕ", "ΙΚΕ", "ΕΠΕ"}
)

// town is where Greek contacts live. The tax office is "" where it is not sure.
type town struct{ name, region, postalCode, dial, taxOffice string }

var towns = []town{
	{"Αθήνα", "Αττική", "105 57", "210", "1101"}, {"Πειραιάς", "Αττική", "185 31", "210", ""},
	{"Θεσσαλονίκη", "Κεντρική Μακεδονία", "546 22", "2310", ""}, {"Πάτρα", "Δυτική Ελλάδα", "262 21", "2610", ""},
	{"Ηράκλειο", "Κρήτη", "712 02", "2810", "8110"}, {"Χανιά", "Κρήτη", "731 32", "28210", "8431"},
	{"Ρόδος", "Νότιο Αιγαίο", "851 00", "22410", "8542"}, {"Ερμούπολη", "Νότιο Αιγαίο", "841 00", "22810", ""},
	{"Νάξος", "Νότιο Αιγαίο", "843 00", "22850", ""}, {"Καλαμάτα", "Πελοπόννησος", "241 00", "27210", ""},
	{"Βόλος", "Θεσσαλία", "382 21", "24210", ""}, {"Λάρισα", "Θεσσαλία", "412 22", "2410", ""},
	{"Ιωάννινα", "Ήπειρος", "452 21", "26510", ""}, {"Κέρκυρα", "Ιόνια Νησιά", "491 00", "26610", ""},
	{"Μυτιλήνη", "Βόρειο Αιγαίο", "811 00", "22510", ""},
}

var streets = []string{"Ερμού", "Σταδίου", "Αγίου Νικολάου", "Ελευθερίου Βενιζέλου", "Κολοκοτρώνη", "Εθνικής Αντιστάσεως",
	"Ακτή Μιαούλη", "28ης Οκτωβρίου", "Παπαναστασίου", "Αριστοτέλους"}

// country is where foreign contacts live, with what its firms are called there.
type country struct {
	code, city, postalCode, dial, street, language string
	europe                                         bool   // of the European Union
	vat                                            string // the form of its VAT numbers, # for a digit; "" for none
	firms                                          []string
}

var countries = []country{
	{"DE", "München", "80331", "+49 89", "Sendlinger Straße", "de", true, "DE#########",
		[]string{"Feinkost Becker GmbH", "Weinhaus Lindner GmbH", "Ölmühle Krüger KG", "Kaufladen Süd GmbH", "Gasthaus Möwe OHG", "Delikat Hansen GmbH", "Markt am Tor GmbH"}},
	{"FR", "Lyon", "69002", "+33 4", "Rue Mercière", "fr", true, "FR###########",
		[]string{"Épicerie Fontaine SARL", "Cave du Rhône SAS", "Maison Lefèvre SARL", "Le Panier Grec SAS", "Traiteur Dubois SARL", "Aux Oliviers SARL"}},
	{"IT", "Bologna", "40121", "+39 051", "Via dell'Indipendenza", "it", true, "IT###########",
		[]string{"Gastronomia Rossetti SRL", "Enoteca Città Alta SRL", "Bottega Marchesi SNC", "Sapori d'Egeo SRL", "Osteria del Molo SRL"}},
	{"CY", "Λεμεσός", "3036", "+357 25", "Ανεξαρτησίας", "el", true, "CY########L",
		[]string{"Παντοπωλείο Λεμεσός Λτδ", "Κάβα Αμαθούς Λτδ", "Ταβέρνα Κούριον Λτδ", "Akrotiri Foods Ltd"}},
	{"GB", "London", "EC1A 4HD", "+44 20", "Long Lane", "en", false, "",
		[]string{"Thames Larder Ltd", "Aldgate Wine Company Ltd", "Olive & Anchor Ltd", "The Cheese Vault Ltd", "Greenwich Provisions Ltd"}},
	{"US", "Boston", "02110", "+1 617", "Atlantic Avenue", "en", false, "",
		[]string{"Aegean Imports LLC", "Back Bay Grocers Inc", "Old North Deli LLC", "Lighthouse Catering Inc", "Seaport Wine Merchants LLC"}},
}

// customers are the first contacts: clients with a person on the portal.
var customers = []struct{ company, name, email, password string }{
	{"Ταβέρνα Το Μελτέμι ΟΕ", "Μαρία Παπαδάκη", "maria@meltemi.example", "kartela-maria"},
	{"Ξενοδοχείο Ακρογιάλι ΑΕ", "Νίκος Λαμπράκης", "nikos@akrogiali.example", "kartela-nikos"},
	{"Harbour Deli Ltd", "Emma Clarke", "emma@harbour-deli.example", "kartela-emma"},
}

var noteTexts = []string{
	"Παραλαβή μόνο πρωί, πριν τις 11.",
	"Ζήτησε τιμοκατάλογο για τη νέα σεζόν.",
	"Πληρώνει πάντα στο τέλος του μήνα.",
	"Κλειστά από Νοέμβριο έως Μάρτιο.",
	"Asked for pallets of at most 120 cm.",
	"Γνωριστήκαμε στην έκθεση τροφίμων· ενδιαφέρεται για μέλι και ελαιόλαδο.",
	"Να σταλεί δείγμα από τη γραβιέρα.",
	"Prefers to be called after 15:00.",
	"Συμφωνήθηκε έκπτωση 10 % στα κρασιά.",
}

// ware is something that the business sells.
type ware struct {
	greek, english, unit string
	price                string // of one, without VAT
	vat                  int64  // percent, in Greece
	dearest              int    // the most of it that a firm buys at once
	service              bool
}

var wares = []ware{
	{"Ελαιόλαδο εξαιρετικό παρθένο 5 L", "Extra virgin olive oil 5 L", "τεμ", "48.50", 13, 24, false},
	{"Μέλι θυμαρίσιο 950 g", "Thyme honey 950 g", "τεμ", "11.80", 13, 60, false},
	{"Φέτα ΠΟΠ βαρελίσια", "Barrel-aged feta PDO", "kg", "9.425", 13, 80, false},
	{"Γραβιέρα Νάξου", "Graviera of Naxos", "kg", "12.20", 13, 40, false},
	{"Ελιές Καλαμών 1 kg", "Kalamata olives 1 kg", "τεμ", "6.30", 13, 90, false},
	{"Ανθός αλατιού 250 g", "Flower of salt 250 g", "τεμ", "3.95", 13, 60, false},
	{"Ασύρτικο Σαντορίνης 750 ml", "Assyrtiko of Santorini 750 ml", "τεμ", "13.90", 24, 72, false},
	{"Ξινόμαυρο 750 ml", "Xinomavro 750 ml", "τεμ", "10.75", 24, 72, false},
	{"Τσίπουρο χωρίς γλυκάνισο 700 ml", "Tsipouro 700 ml", "τεμ", "14.60", 24, 36, false},
	{"Κεραμικό μπολ, χειροποίητο", "Hand-made ceramic bowl", "τεμ", "14.50", 24, 40, false},
	{"Καλάθι δώρου", "Gift basket", "τεμ", "39.00", 24, 20, false},
	{"Μεταφορικά", "Transport", "", "25.00", 24, 1, false},
	{"Βιβλίο «Η κουζίνα του Αιγαίου»", "Book: Cooking of the Aegean", "τεμ", "24.53", 6, 25, false},
	{"Βιβλίο «Τα τυριά της Ελλάδας»", "Book: The cheeses of Greece", "τεμ", "31.13", 6, 15, false},
	{"Σεμινάριο γευσιγνωσίας", "Wine tasting seminar", "ώρα", "85.00", 24, 6, true},
	{"Συμβουλευτική εστίασης", "Restaurant consultancy", "ώρα", "60.00", 24, 24, true},
}

// greekVATNumber is the number that begins with these eight digits, with its check digit.
func greekVATNumber(eight int) string {
	digits, sum := [9]byte{}, 0
	for i := 7; i >= 0; i-- {
		d := eight % 10
		eight /= 10
		digits[i] = byte('0' + d)
		sum += d << (8 - i)
	}
	digits[8] = byte('0' + sum%11%10)
	return string(digits[:])
}

var latin = strings.NewReplacer("ου", "ou", "α", "a", "β", "v", "γ", "g", "δ", "d", "ε", "e", "ζ", "z", "η", "i", "θ", "th",
	"ι", "i", "κ", "k", "λ", "l", "μ", "m", "ν", "n", "ξ", "x", "ο", "o", "π", "p", "ρ", "r", "σ", "s", "τ", "t", "υ", "y",
	"φ", "f", "χ", "ch", "ψ", "ps", "ω", "o", "ß", "ss")

// slug is a name as a part of a host name or address.
func slug(name string) string {
	s := strings.Map(func(r rune) rune {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
			return r
		}
		return ' '
	}, latin.Replace(contact.Fold(name)))
	return strings.Join(strings.Fields(s), "-")
}

package pdf

import (
	"strings"
	"time"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/money"
)

// texts are the words of print in one language.
type texts struct {
	kinds                                               map[Kind]string
	marks                                               map[Mark]string
	date, due, lastDay, reference, to, shipTo           string
	vatNumber, taxOffice                                string
	description, quantity, price, discount, tax, amount string
	net, vat, withholding, total, payable, paid, remain string
	informational, included, notes, terms, page         string
	statement, period, opening, closing, charge, credit string
	balance, entry, nothing, from, begun                string
	decimalComma                                        bool
	dates                                               string // layout of Go
	postings                                            map[string]string
}

func textsIn(l Language) *texts {
	if t, ok := languages[l]; ok {
		return t
	}
	return languages["en"]
}

// day is a date as it is written.
func (t *texts) day(d day.Date) string {
	at, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return at.Format(t.dates)
}

// number is a decimal as it is written, with at least so many decimals.
func (t *texts) number(d money.Decimal, least int) string {
	whole, fraction, _ := strings.Cut(d.String(), ".")
	fraction = strings.TrimRight(fraction, "0")
	for len(fraction) < least {
		fraction += "0"
	}
	if fraction == "" {
		return whole
	}
	if t.decimalComma {
		return whole + "," + fraction
	}
	return whole + "." + fraction
}

// Percent is a rate as a document in the language has it: "24 %", "0,5 %".
func Percent(l Language, d money.Decimal) string { return textsIn(l).percent(d) }

// percent is a rate as it is written.
func (t *texts) percent(d money.Decimal) string { return t.number(d, 0) + " %" }

var languages = map[Language]*texts{
	"en": {
		kinds: map[Kind]string{Invoice: "Invoice", CreditNote: "Credit note", Estimate: "Estimate", Bill: "Bill", SupplierCredit: "Supplier credit", Expense: "Expense"},
		marks: map[Mark]string{Draft: "DRAFT", Void: "VOID"},
		date:  "Date", due: "Due", lastDay: "Valid until", reference: "Reference", to: "To", shipTo: "Ship to", vatNumber: "VAT no.", taxOffice: "Tax office",
		description: "Description", quantity: "Quantity", price: "Price", discount: "Discount", tax: "Tax", amount: "Amount",
		net: "Net", vat: "VAT", withholding: "Withholding", total: "Total", payable: "To pay", paid: "Settled", remain: "Remaining",
		informational: "for information", included: "Prices include VAT.", notes: "Notes", terms: "Terms", page: "Page",
		statement: "Statement", period: "Period", opening: "Opening balance", closing: "Closing balance", charge: "Charge", credit: "Credit",
		balance: "Balance", entry: "Entry", nothing: "Nothing was posted in this period.", from: "From", begun: "from the beginning",
		dates:    "2 Jan 2006",
		postings: map[string]string{"document": "Document", "document_void": "Document taken back", "payment": "Payment", "payment_void": "Payment taken back", "exchange_difference": "Exchange difference", "merge": "Merge"},
	},
	"el": {
		kinds: map[Kind]string{Invoice: "Τιμολόγιο", CreditNote: "Πιστωτικό τιμολόγιο", Estimate: "Προσφορά", Bill: "Τιμολόγιο αγοράς", SupplierCredit: "Πιστωτικό προμηθευτή", Expense: "Έξοδο"},
		marks: map[Mark]string{Draft: "ΠΡΟΣΧΕΔΙΟ", Void: "ΑΚΥΡΟ"},
		date:  "Ημερομηνία", due: "Λήξη", lastDay: "Ισχύει έως", reference: "Σχετικό", to: "Προς", shipTo: "Αποστολή σε", vatNumber: "ΑΦΜ", taxOffice: "ΔΟΥ",
		description: "Περιγραφή", quantity: "Ποσότητα", price: "Τιμή", discount: "Έκπτωση", tax: "Φόρος", amount: "Αξία",
		net: "Καθαρή αξία", vat: "ΦΠΑ", withholding: "Παρακράτηση", total: "Σύνολο", payable: "Πληρωτέο", paid: "Εξοφλημένο", remain: "Υπόλοιπο",
		informational: "ενημερωτικά", included: "Οι τιμές περιλαμβάνουν ΦΠΑ.", notes: "Σημειώσεις", terms: "Όροι", page: "Σελίδα",
		statement: "Καρτέλα", period: "Περίοδος", opening: "Υπόλοιπο έναρξης", closing: "Υπόλοιπο λήξης", charge: "Χρέωση", credit: "Πίστωση",
		balance: "Υπόλοιπο", entry: "Κίνηση", nothing: "Δεν υπάρχουν κινήσεις στην περίοδο.", from: "Από", begun: "από την αρχή",
		decimalComma: true, dates: "02/01/2006",
		postings: map[string]string{"document": "Παραστατικό", "document_void": "Ακύρωση παραστατικού", "payment": "Πληρωμή", "payment_void": "Ακύρωση πληρωμής", "exchange_difference": "Συναλλαγματική διαφορά", "merge": "Συγχώνευση"},
	},
	"de": {
		kinds: map[Kind]string{Invoice: "Rechnung", CreditNote: "Gutschrift", Estimate: "Angebot", Bill: "Eingangsrechnung", SupplierCredit: "Lieferantengutschrift", Expense: "Ausgabe"},
		marks: map[Mark]string{Draft: "ENTWURF", Void: "STORNIERT"},
		date:  "Datum", due: "Fällig", lastDay: "Gültig bis", reference: "Referenz", to: "An", shipTo: "Lieferung an", vatNumber: "USt-IdNr.", taxOffice: "Finanzamt",
		description: "Beschreibung", quantity: "Menge", price: "Preis", discount: "Rabatt", tax: "Steuer", amount: "Betrag",
		net: "Netto", vat: "USt.", withholding: "Einbehalt", total: "Gesamt", payable: "Zu zahlen", paid: "Beglichen", remain: "Offen",
		informational: "nachrichtlich", included: "Die Preise enthalten USt.", notes: "Anmerkungen", terms: "Bedingungen", page: "Seite",
		statement: "Kontoauszug", period: "Zeitraum", opening: "Anfangssaldo", closing: "Endsaldo", charge: "Belastung", credit: "Gutschrift",
		balance: "Saldo", entry: "Buchung", nothing: "In diesem Zeitraum wurde nichts gebucht.", from: "Von", begun: "von Anfang an",
		decimalComma: true, dates: "02.01.2006",
		postings: map[string]string{"document": "Beleg", "document_void": "Beleg storniert", "payment": "Zahlung", "payment_void": "Zahlung storniert", "exchange_difference": "Kursdifferenz", "merge": "Zusammenführung"},
	},
	"fr": {
		kinds: map[Kind]string{Invoice: "Facture", CreditNote: "Avoir", Estimate: "Devis", Bill: "Facture fournisseur", SupplierCredit: "Avoir fournisseur", Expense: "Dépense"},
		marks: map[Mark]string{Draft: "BROUILLON", Void: "ANNULÉ"},
		date:  "Date", due: "Échéance", lastDay: "Valable jusqu’au", reference: "Référence", to: "À", shipTo: "Livraison à", vatNumber: "N° TVA", taxOffice: "Centre des impôts",
		description: "Désignation", quantity: "Quantité", price: "Prix", discount: "Remise", tax: "Taxe", amount: "Montant",
		net: "Total HT", vat: "TVA", withholding: "Retenue", total: "Total TTC", payable: "À payer", paid: "Réglé", remain: "Reste dû",
		informational: "pour information", included: "Les prix comprennent la TVA.", notes: "Notes", terms: "Conditions", page: "Page",
		statement: "Relevé", period: "Période", opening: "Solde initial", closing: "Solde final", charge: "Débit", credit: "Crédit",
		balance: "Solde", entry: "Écriture", nothing: "Aucune écriture dans cette période.", from: "Du", begun: "depuis le début",
		decimalComma: true, dates: "02/01/2006",
		postings: map[string]string{"document": "Document", "document_void": "Document annulé", "payment": "Paiement", "payment_void": "Paiement annulé", "exchange_difference": "Écart de change", "merge": "Fusion"},
	},
	"it": {
		kinds: map[Kind]string{Invoice: "Fattura", CreditNote: "Nota di credito", Estimate: "Preventivo", Bill: "Fattura fornitore", SupplierCredit: "Nota di credito fornitore", Expense: "Spesa"},
		marks: map[Mark]string{Draft: "BOZZA", Void: "ANNULLATO"},
		date:  "Data", due: "Scadenza", lastDay: "Valido fino al", reference: "Riferimento", to: "A", shipTo: "Spedire a", vatNumber: "P. IVA", taxOffice: "Ufficio fiscale",
		description: "Descrizione", quantity: "Quantità", price: "Prezzo", discount: "Sconto", tax: "Imposta", amount: "Importo",
		net: "Imponibile", vat: "IVA", withholding: "Ritenuta", total: "Totale", payable: "Da pagare", paid: "Saldato", remain: "Residuo",
		informational: "a titolo informativo", included: "I prezzi includono l’IVA.", notes: "Note", terms: "Condizioni", page: "Pagina",
		statement: "Estratto conto", period: "Periodo", opening: "Saldo iniziale", closing: "Saldo finale", charge: "Dare", credit: "Avere",
		balance: "Saldo", entry: "Movimento", nothing: "Nessun movimento nel periodo.", from: "Dal", begun: "dall’inizio",
		decimalComma: true, dates: "02/01/2006",
		postings: map[string]string{"document": "Documento", "document_void": "Documento annullato", "payment": "Pagamento", "payment_void": "Pagamento annullato", "exchange_difference": "Differenza di cambio", "merge": "Unione"},
	},
	"es": {
		kinds: map[Kind]string{Invoice: "Factura", CreditNote: "Factura rectificativa", Estimate: "Presupuesto", Bill: "Factura de proveedor", SupplierCredit: "Abono de proveedor", Expense: "Gasto"},
		marks: map[Mark]string{Draft: "BORRADOR", Void: "ANULADO"},
		date:  "Fecha", due: "Vencimiento", lastDay: "Válido hasta", reference: "Referencia", to: "Para", shipTo: "Enviar a", vatNumber: "NIF-IVA", taxOffice: "Oficina fiscal",
		description: "Descripción", quantity: "Cantidad", price: "Precio", discount: "Descuento", tax: "Impuesto", amount: "Importe",
		net: "Base", vat: "IVA", withholding: "Retención", total: "Total", payable: "A pagar", paid: "Pagado", remain: "Pendiente",
		informational: "informativo", included: "Los precios incluyen IVA.", notes: "Notas", terms: "Condiciones", page: "Página",
		statement: "Extracto", period: "Periodo", opening: "Saldo inicial", closing: "Saldo final", charge: "Cargo", credit: "Abono",
		balance: "Saldo", entry: "Apunte", nothing: "No hay apuntes en el periodo.", from: "Desde", begun: "desde el principio",
		decimalComma: true, dates: "02/01/2006",
		postings: map[string]string{"document": "Documento", "document_void": "Documento anulado", "payment": "Pago", "payment_void": "Pago anulado", "exchange_difference": "Diferencia de cambio", "merge": "Fusión"},
	},
	"bg": {
		kinds: map[Kind]string{Invoice: "Фактура", CreditNote: "Кредитно известие", Estimate: "Оферта", Bill: "Фактура от доставчик", SupplierCredit: "Кредит от доставчик", Expense: "Разход"},
		marks: map[Mark]string{Draft: "ЧЕРНОВА", Void: "АНУЛИРАН"},
		date:  "Дата", due: "Падеж", lastDay: "Валидна до", reference: "Основание", to: "До", shipTo: "Доставка до", vatNumber: "ДДС №", taxOffice: "Данъчна служба",
		description: "Описание", quantity: "Количество", price: "Цена", discount: "Отстъпка", tax: "Данък", amount: "Сума",
		net: "Нето", vat: "ДДС", withholding: "Удръжка", total: "Общо", payable: "За плащане", paid: "Платено", remain: "Остава",
		informational: "за информация", included: "Цените включват ДДС.", notes: "Бележки", terms: "Условия", page: "Страница",
		statement: "Извлечение", period: "Период", opening: "Начално салдо", closing: "Крайно салдо", charge: "Дебит", credit: "Кредит",
		balance: "Салдо", entry: "Запис", nothing: "Няма записи за периода.", from: "От", begun: "от началото",
		decimalComma: true, dates: "02.01.2006",
		postings: map[string]string{"document": "Документ", "document_void": "Анулиран документ", "payment": "Плащане", "payment_void": "Анулирано плащане", "exchange_difference": "Курсова разлика", "merge": "Обединяване"},
	},
}

package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/money"
)

func eur(minor money.Minor) money.Money { return money.New(minor, "EUR") }

// sample is an invoice with several taxes, withholding, an allowance and so many lines.
func sample(lines int) *Document {
	d := &Document{
		Language: "el", Kind: Invoice, Number: "ΤΔΑ-2026-00042",
		From: Party{Name: "Καρτέλα Συμβουλευτική ΑΕ", Profession: "Συμβουλευτικές υπηρεσίες", VATNumber: "094259216", TaxOffice: "1159", Address: "Ερμού 12\n10563 Αθήνα", Email: "info@kartela.example", Phone: "+30 210 1234567"},
		To:   Party{Name: "Ναυτιλιακή Αιγαίου Ε.Π.Ε.", VATNumber: "123456783", Address: "Ακτή Μιαούλη 85\n18538 Πειραιάς"}, ShipTo: "Λεωφόρος Δημοκρατίας 1\n18756 Κερατσίνι",
		Date: "2026-11-24", DueDate: "2026-12-24", Reference: "PO-7731", Currency: "EUR",
		Extras: []Extra{{"Έκπτωση πελάτη", eur(-5000)}},
		Net:    eur(595000), Total: eur(735800), Withheld: eur(119000), Payable: eur(616800), Settled: eur(100000), Remaining: eur(516800),
		Taxes: []Tax{{Rate: money.MustDecimal("24"), Base: eur(580000), Amount: eur(139200)}, {Rate: money.MustDecimal("13"), Base: eur(15000), Amount: eur(1950)},
			{Name: "Τέλος", Rate: money.MustDecimal("2"), Base: eur(15000), Amount: eur(300), Informational: true},
			{Rate: money.MustDecimal("20"), Base: eur(595000), Amount: eur(-119000), Withholding: true}},
		Notes: "Ευχαριστούμε για τη συνεργασία.", Terms: "Πληρωμή εντός 30 ημερών στον λογαριασμό IBAN GR16 0110 1250 0000 0001 2300 695.",
	}
	for i := range lines {
		d.Lines = append(d.Lines, Line{Title: fmt.Sprintf("Υπηρεσία %d: μελέτη και επίβλεψη του έργου, με περιγραφή που δεν χωρά σε μία γραμμή", i+1),
			Quantity: money.MustDecimal("2.5"), Unit: "ώρες", Price: money.MustDecimal("80.00000"), Taxes: "24 %", Net: eur(20000)})
	}
	return d
}

// read gives the text of every page, as a reader sees it.
func read(t testing.TB, d *Document) (pages []string) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteDocument(&b, d); err != nil {
		t.Fatal(err)
	}
	return text(t, b.Bytes())
}

var (
	stream = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	shown  = regexp.MustCompile(`(?s)\(((?:[^()\\]|\\.)*)\) ?Tj`)
)

// text takes the strings out of the streams of pages: they are in UTF-16.
func text(t testing.TB, file []byte) (pages []string) {
	t.Helper()
	for _, m := range stream.FindAllSubmatch(file, -1) {
		content := inflate(m[1])
		if !bytes.Contains(content, []byte(")Tj")) {
			continue
		}
		var b strings.Builder
		for _, s := range shown.FindAllSubmatch(content, -1) {
			raw := regexp.MustCompile(`(?s)\\(.)`).ReplaceAllFunc(s[1], func(e []byte) []byte {
				if e[1] == 'r' {
					return []byte("\r")
				}
				return e[1:]
			})
			var units []uint16
			for i := 0; i+1 < len(raw); i += 2 {
				units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
			b.WriteString(string(utf16.Decode(units)) + "\n")
		}
		pages = append(pages, b.String())
	}
	return pages
}

func TestWhatIsGivenIsPrinted(t *testing.T) {
	d := sample(3)
	pages := read(t, d)
	if len(pages) != 1 {
		t.Fatalf("%d pages", len(pages))
	}
	for _, want := range []string{"Τιμολόγιο", "ΤΔΑ-2026-00042", "Καρτέλα Συμβουλευτική ΑΕ", "ΑΦΜ 094259216 · ΔΟΥ 1159", "Ναυτιλιακή Αιγαίου Ε.Π.Ε.", "18538 Πειραιάς", "18756 Κερατσίνι",
		"Ημερομηνία: 24/11/2026", "Λήξη: 24/12/2026", "Σχετικό: PO-7731", "2,5 ώρες", "80,00", "24 %", "Έκπτωση πελάτη", "Καθαρή αξία", "5.950,00\u00a0€",
		"ΦΠΑ 24 % (5.800,00\u00a0€)", "1.392,00\u00a0€", "ΦΠΑ 13 % (150,00\u00a0€)", "Τέλος 2 % (150,00\u00a0€), ενημερωτικά", "Παρακράτηση 20 % (5.950,00\u00a0€)", "-1.190,00\u00a0€",
		"Σύνολο", "7.358,00\u00a0€", "Πληρωτέο", "6.168,00\u00a0€", "Υπόλοιπο", "5.168,00\u00a0€", "Ευχαριστούμε για τη συνεργασία.", "Σελίδα 1 / 1"} {
		if !strings.Contains(pages[0], want) {
			t.Errorf("%q is not printed in\n%s", want, pages[0])
		}
	}
	if strings.Contains(pages[0], "Έκπτωση\n") {
		t.Error("a column of discounts, though no line has any")
	}
}

func TestATaxThatIsNamedByItsRateSaysItOnce(t *testing.T) {
	d := sample(1)
	d.Taxes = []Tax{{Name: "ΦΠΑ 24 %", Rate: money.MustDecimal("24"), Base: eur(1), Amount: eur(1)}, {Name: "ΦΠΑ 13%", Rate: money.MustDecimal("13"), Base: eur(1), Amount: eur(1)},
		{Name: "ΦΠΑ 6", Rate: money.MustDecimal("6"), Base: eur(1), Amount: eur(1)}}
	page := read(t, d)[0]
	for _, want := range []string{"\nΦΠΑ 24 % (0,01", "\nΦΠΑ 13% (0,01", "\nΦΠΑ 6 6 % (0,01"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not printed in\n%s", want, page)
		}
	}
}

func TestAFixedTaxSaysWhatALinePays(t *testing.T) {
	d := sample(1)
	d.Taxes = []Tax{{Name: "Τέλος", Fixed: eur(150), Base: eur(1), Amount: eur(300)}}
	if page := read(t, d)[0]; !strings.Contains(page, "\nΤέλος 1,50\u00a0€ (0,01") || strings.Contains(page, " 0 %") {
		t.Errorf("printed as\n%s", page)
	}
}

func TestEveryLanguageSaysWhatItIs(t *testing.T) {
	for l, tt := range languages {
		for kind, name := range tt.kinds {
			d := sample(1)
			d.Language, d.Kind, d.Mark, d.Inclusive = l, kind, Void, true
			page := read(t, d)[0]
			for _, want := range []string{name, tt.marks[Void], tt.included, tt.day("2026-11-24"), tt.total, d.Payable.Format(string(l))} {
				if !strings.Contains(page, want) {
					t.Errorf("%s %s: %q is not printed", l, kind, want)
				}
			}
		}
	}
}

// Every text of every language is there: none was forgotten.
func TestNoLanguageLacksAWord(t *testing.T) {
	if len(languages) != 7 {
		t.Errorf("%d languages", len(languages))
	}
	for l, tt := range languages {
		for i, s := range []string{tt.date, tt.due, tt.lastDay, tt.reference, tt.to, tt.shipTo, tt.vatNumber, tt.taxOffice, tt.description, tt.quantity, tt.price, tt.discount, tt.tax,
			tt.amount, tt.net, tt.vat, tt.withholding, tt.total, tt.payable, tt.paid, tt.remain, tt.informational, tt.included, tt.notes, tt.terms, tt.page, tt.dates,
			tt.statement, tt.period, tt.opening, tt.closing, tt.charge, tt.credit, tt.balance, tt.entry, tt.nothing, tt.from, tt.begun} {
			if s == "" {
				t.Errorf("%s lacks text %d", l, i)
			}
		}
		if len(tt.kinds) != 6 || len(tt.marks) != 2 || len(tt.postings) != 6 {
			t.Errorf("%s: %d kinds, %d marks, %d postings", l, len(tt.kinds), len(tt.marks), len(tt.postings))
		}
	}
}

// A document of many lines has its heads and its number on every page, and every line once.
func TestManyLinesGoOverPages(t *testing.T) {
	d := sample(500)
	pages := read(t, d)
	if len(pages) < 10 {
		t.Fatalf("%d pages", len(pages))
	}
	all := strings.Join(pages, "")
	for i := range d.Lines {
		if n := strings.Count(all, fmt.Sprintf("Υπηρεσία %d:", i+1)); n != 1 {
			t.Errorf("line %d is printed %d times", i+1, n)
		}
	}
	for i, page := range pages[:len(pages)-1] {
		if !strings.Contains(page, "Περιγραφή") || !strings.Contains(page, fmt.Sprintf("Σελίδα %d / %d", i+1, len(pages))) {
			t.Errorf("page %d has no heads, or no number", i+1)
		}
	}
}

// A statement has every posting once, its sums, and says when there is nothing.
func TestAStatementIsPrinted(t *testing.T) {
	begin := day.Date("2026-01-01")
	s := &Statement{Language: "el", From: Party{Name: "Καρτέλα ΑΕ"}, To: Party{Name: "Ναυτιλιακή ΕΠΕ"}, Begin: &begin, End: "2026-11-24"}
	for _, c := range []money.Currency{"EUR", "USD"} {
		table := Table{Currency: c, Opening: money.New(100, c), Charges: money.New(20000, c), Credits: money.New(5000, c), Closing: money.New(15100, c)}
		for i := range 80 {
			amount, balance := money.New(100, c), money.New(money.Minor(200+i), c)
			p := Posting{Date: "2026-02-03", Kind: "document", Reference: fmt.Sprintf("%s-%03d", c, i), Charge: &amount, Balance: balance}
			if i%2 == 1 {
				p.Kind, p.Charge, p.Credit = "payment", nil, &amount
			}
			table.Lines = append(table.Lines, p)
		}
		s.Tables = append(s.Tables, table)
	}
	var b bytes.Buffer
	if err := WriteStatement(&b, s); err != nil {
		t.Fatal(err)
	}
	pages := text(t, b.Bytes())
	all := strings.Join(pages, "")
	for _, want := range []string{"Καρτέλα\n", "Περίοδος: 01/01/2026 – 24/11/2026", "Υπόλοιπο έναρξης", "Παραστατικό EUR-000", "Πληρωμή USD-079", "03/02/2026", "151,00\u00a0€", "151,00\u00a0$", "Υπόλοιπο λήξης"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not printed", want)
		}
	}
	for _, table := range s.Tables {
		for _, l := range table.Lines {
			if n := strings.Count(all, l.Reference); n != 1 {
				t.Errorf("%s is printed %d times", l.Reference, n)
			}
		}
	}
	for i, page := range pages {
		if !strings.Contains(page, "Χρέωση") {
			t.Errorf("page %d has no heads", i+1)
		}
	}
	b.Reset()
	s.Tables, s.Begin = nil, nil
	if err := WriteStatement(&b, s); err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(text(t, b.Bytes()), ""); !strings.Contains(all, "Δεν υπάρχουν κινήσεις στην περίοδο.") || !strings.Contains(all, "από την αρχή – 24/11/2026") {
		t.Errorf("an empty statement: %s", all)
	}
}

// Whatever the texts are, all of a document is printed, on pages, without a panic.
func TestAnyTextIsPrinted(t *testing.T) {
	anything := rapid.StringOfN(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("αβγ ώ€\n\r\t()\\{}😀"))), 0, 300, -1)
	rapid.Check(t, func(rt *rapid.T) {
		d := sample(rapid.IntRange(0, 3).Draw(rt, "lines"))
		d.Notes, d.From.Name, d.To.Address, d.Number = anything.Draw(rt, "notes"), anything.Draw(rt, "from"), anything.Draw(rt, "address"), anything.Draw(rt, "number")
		for i := range d.Lines {
			d.Lines[i].Title = anything.Draw(rt, "title") + strings.Repeat("W", rapid.IntRange(0, 500).Draw(rt, "long"))
		}
		pages := read(t, d)
		all := strings.Join(strings.Fields(strings.Join(pages, "")), "")
		for i, l := range d.Lines {
			for word := range strings.FieldsSeq(printable(l.Title)) {
				if len(word) < 8 && !strings.Contains(all, word) {
					rt.Errorf("line %d: %q is not printed", i, word)
				}
			}
		}
	})
}

func TestTheSameIsTheSameFile(t *testing.T) {
	var a, b bytes.Buffer
	if err := WriteDocument(&a, sample(5)); err != nil {
		t.Fatal(err)
	}
	if err := WriteDocument(&b, sample(5)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two files of one document differ")
	}
}

func TestALogoIsDrawnInItsShape(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 300, 100))
	for x := range 300 {
		for y := range 100 {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), 120, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	d := sample(1)
	d.Logo = b.Bytes()
	var out bytes.Buffer
	if err := WriteDocument(&out, d); err != nil {
		t.Fatal(err)
	}
	var drawn []string
	for _, m := range stream.FindAllSubmatch(out.Bytes(), -1) {
		if f := regexp.MustCompile(`q ([\d.]+) 0 0 ([\d.]+) [\d.]+ [\d.]+ cm /I`).FindSubmatch(inflate(m[1])); f != nil {
			drawn = append(drawn, string(f[1]), string(f[2]))
		}
	}
	if len(drawn) != 2 {
		t.Fatal("no logo is drawn")
	}
	w, _ := strconv.ParseFloat(drawn[0], 64)
	h, _ := strconv.ParseFloat(drawn[1], 64)
	if w/h < 2.99 || w/h > 3.01 {
		t.Errorf("a logo of 3 to 1 is drawn %v to %v", w, h)
	}
	d.Logo = []byte("GIF89a")
	if err := WriteDocument(&out, d); err == nil {
		t.Error("a GIF is taken for a logo")
	}
}

func TestWordsAreWrapped(t *testing.T) {
	p := newPaper("en", "", "", "")
	p.font(9, "", black)
	rapid.Check(t, func(rt *rapid.T) {
		s, width := rapid.StringOfN(rapid.SampledFrom([]rune("abΩ  \nW")), 0, 80, -1).Draw(rt, "text"), rapid.Float64Range(4, 60).Draw(rt, "width")
		lines := p.wrap(s, width)
		for _, l := range lines {
			if p.GetStringWidth(l) > width+0.01 {
				rt.Errorf("%q is wider than %v", l, width)
			}
		}
		if got, want := strings.Join(strings.Fields(strings.Join(lines, "")), ""), strings.Join(strings.Fields(s), ""); got != want {
			rt.Errorf("%q became %q", s, slices.Clip(lines))
		}
	})
}

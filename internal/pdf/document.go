package pdf

import (
	"io"
	"strconv"
	"strings"

	"github.com/kartela/kartela/money"
)

// column is one of a table.
type column struct {
	title string
	width float64
	align string
}

const gap = 3.0 // between columns

// WriteDocument draws a document: head, parties, lines on as many pages as they need, taxes
// and totals, notes and terms, with numbered pages. It fails only for a logo that is neither
// PNG nor JPEG, or when w does.
func WriteDocument(w io.Writer, d *Document) error {
	t := textsIn(d.Language)
	title := strings.TrimSpace(t.kinds[d.Kind] + " " + d.Number)
	p := newPaper(d.Language, title, printable(d.From.Name), t.marks[d.Mark])
	if err := p.head(d); err != nil {
		return err
	}
	label := t.to
	if d.Kind == Bill || d.Kind == SupplierCredit || d.Kind == Expense {
		label = t.from
	}
	p.parties(label, d.To, d.ShipTo)
	p.lines(d)
	p.totals(d)
	p.below(d)
	return p.write(w)
}

// head draws who sells on the left and what it is on the right.
func (p *paper) head(d *Document) error {
	due := p.t.due
	if d.Kind == Estimate {
		due = p.t.lastDay
	}
	return p.letterhead(d.Logo, d.From, p.t.kinds[d.Kind], d.Number,
		[][2]string{{p.t.date, p.t.day(d.Date)}, {due, p.t.day(d.DueDate)}, {p.t.reference, d.Reference}})
}

// letterhead draws a party with its logo on the left, and on the right a title, a number, and
// facts by their names.
func (p *paper) letterhead(logo []byte, from Party, title, number string, facts [][2]string) error {
	top, half := p.y, inner*0.55
	if logo != nil {
		h, err := p.logo(logo, margin, p.y, 60, 22)
		if err != nil {
			return err
		}
		p.y += h + 3
	}
	p.party(margin, half, from)
	end := p.y
	p.y = top
	x, width := margin+half+gap, inner-half-gap
	p.font(17, "B", black)
	for _, l := range p.wrap(title, width) {
		p.say(x, p.y, width, right, l)
		p.y += p.height()
	}
	if number != "" {
		p.font(12, "B", black)
		p.say(x, p.y, width, right, p.fit(number, width))
		p.y += p.height() + 1.5
	}
	p.font(9, "", black)
	for _, f := range facts {
		if f[1] != "" {
			p.say(x, p.y, width, right, p.fit(f[0]+": "+f[1], width))
			p.y += p.height()
		}
	}
	p.y = max(p.y, end) + 6
	return nil
}

// party draws a name in bold with what is known of it below.
func (p *paper) party(x, width float64, who Party) {
	p.paragraph(x, width, who.Name, 10.5, "B", black)
	tax := who.VATNumber
	if tax != "" {
		tax = p.t.vatNumber + " " + tax
	}
	if who.TaxOffice != "" {
		tax = strings.TrimPrefix(tax+" · "+p.t.taxOffice+" "+who.TaxOffice, " · ")
	}
	contact := strings.Trim(who.Phone+" · "+who.Email, " ·")
	for _, s := range []string{who.Profession, who.Address, tax, contact} {
		if s != "" {
			p.paragraph(x, width, s, 8.5, "", black)
		}
	}
}

// parties draws who buys, and where to.
func (p *paper) parties(label string, to Party, shipTo string) {
	half := (inner - 2*gap) / 2
	top := p.y
	draw := func(x float64, label string, f func()) float64 {
		p.y = top
		p.font(7.5, "B", grey)
		p.say(x, p.y, half, left, label)
		p.y += p.height()
		f()
		return p.y
	}
	end := draw(margin, label, func() { p.party(margin, half, to) })
	if shipTo != "" {
		x := margin + half + 2*gap
		end = max(end, draw(x, p.t.shipTo, func() { p.paragraph(x, half, shipTo, 8.5, "", black) }))
	}
	p.y = end + 6
}

// columns are those that the document needs: what no line has is left out.
func (p *paper) columns(d *Document) []column {
	discounts, taxes := false, false
	for _, l := range d.Lines {
		discounts = discounts || l.Discount != ""
		taxes = taxes || l.Taxes != ""
	}
	all := []column{{"#", 8, left}, {p.t.description, 0, left}, {p.t.quantity, 24, right}, {p.t.price, 26, right}, {p.t.discount, 20, right}, {p.t.tax, 18, right}, {p.t.amount, 28, right}}
	out, rest := []column{}, inner
	for i, c := range all {
		if (i == 4 && !discounts) || (i == 5 && !taxes) {
			continue
		}
		out = append(out, c)
		rest -= c.width + gap
	}
	out[1].width = rest + gap
	return out
}

// heads draws the heads of columns.
func (p *paper) heads(columns []column) {
	p.font(7.5, "B", grey)
	p.SetFillColor(pale.r, pale.g, pale.b)
	p.Rect(margin, p.y, inner, p.height()+1.6, "F")
	x := margin
	for _, c := range columns {
		p.say(x+1, p.y+0.8, c.width-2, c.align, p.fit(c.title, c.width-1))
		x += c.width + gap
	}
	p.y += p.height() + 2.4
}

// row draws cells, wrapped, all on one page unless they are longer than one.
func (p *paper) row(columns []column, cells []string, style string) {
	p.font(8.5, style, black)
	wrapped, most := make([][]string, len(cells)), 0
	for i, s := range cells {
		wrapped[i] = p.wrap(s, columns[i].width-2)
		most = max(most, len(wrapped[i]))
	}
	p.room(min(float64(most)*p.height()+2, (bottom-margin)/2))
	for n := range most {
		p.room(p.height() + 1)
		p.font(8.5, style, black)
		x := margin
		for i, c := range columns {
			if n < len(wrapped[i]) {
				p.say(x+1, p.y, c.width-2, c.align, wrapped[i][n])
			}
			x += c.width + gap
		}
		p.y += p.height()
	}
	p.y += 0.9
	p.rule(margin, inner)
	p.y += 0.9
}

// lines draws the table, with its heads on every page.
func (p *paper) lines(d *Document) {
	columns := p.columns(d)
	p.heads(columns)
	p.onNewPage = func() { p.heads(columns) }
	for i, l := range d.Lines {
		quantity := p.t.number(l.Quantity, 0)
		if l.Unit != "" {
			quantity += " " + l.Unit
		}
		cells := []string{strconv.Itoa(i + 1), l.Title, quantity, p.t.number(l.Price, d.Currency.Digits())}
		for _, c := range columns[4 : len(columns)-1] {
			if c.title == p.t.discount {
				cells = append(cells, l.Discount)
			} else {
				cells = append(cells, l.Taxes)
			}
		}
		p.row(columns, append(cells, l.Net.Format(string(d.Language))), "")
	}
	p.onNewPage = nil
}

// sum is a row of the totals.
type sum struct {
	label string
	money.Money
	bold bool
}

// sums are the rows of the totals, in the order of print.
func (p *paper) sums(d *Document) (out []sum) {
	for _, e := range d.Extras {
		out = append(out, sum{e.Title, e.Amount, false})
	}
	out = append(out, sum{p.t.net, d.Net, false})
	var withheld []sum
	for _, t := range d.Taxes {
		label := p.taxName(d, t)
		label += " (" + t.Base.Format(string(d.Language)) + ")"
		if t.Informational {
			label += ", " + p.t.informational
		}
		if t.Withholding {
			withheld = append(withheld, sum{label, t.Amount, false})
		} else {
			out = append(out, sum{label, t.Amount, false})
		}
	}
	out = append(out, sum{p.t.total, d.Total, true})
	out = append(out, withheld...)
	if d.Withheld.Minor != 0 {
		out = append(out, sum{p.t.payable, d.Payable, true})
	}
	if d.Settled.Minor != 0 {
		out = append(out, sum{p.t.paid, d.Settled, false}, sum{p.t.remain, d.Remaining, true})
	}
	return out
}

// taxName is what a tax is called, with its rate where its name does not say it.
func (p *paper) taxName(d *Document, t Tax) string {
	name := t.Name
	switch {
	case name != "":
	case t.Withholding:
		name = p.t.withholding
	default:
		name = p.t.vat
	}
	if t.Fixed.Minor != 0 {
		return name + " " + t.Fixed.Format(string(d.Language))
	}
	if rate := p.t.number(t.Rate, 0); !strings.Contains(strings.ReplaceAll(name, " ", ""), rate+"%") { // many a tax is named by its rate
		name += " " + p.t.percent(t.Rate)
	}
	return name
}

// totals draws them on the right, on one page where they fit one.
func (p *paper) totals(d *Document) {
	const width = 100.0
	x, sums := margin+inner-width, p.sums(d)
	p.font(9, "", black)
	p.y += 3
	p.room(min(float64(len(sums)+1)*(p.height()+1.2), bottom-margin))
	for _, s := range sums {
		style := ""
		if s.bold {
			style = "B"
		}
		p.font(9, style, black)
		text := s.Format(string(d.Language))
		room := width - p.GetStringWidth(text) - gap
		lines := p.wrap(s.label, room)
		for i, l := range lines {
			p.room(p.height() + 1.2)
			p.font(9, style, black)
			p.say(x, p.y, room, left, l)
			if i == len(lines)-1 {
				p.say(x, p.y, width, right, text)
			}
			p.y += p.height()
		}
		p.y += 0.6
		p.rule(x, width)
		p.y += 0.6
	}
}

// below draws what is said under the totals.
func (p *paper) below(d *Document) {
	if d.Inclusive {
		p.y += 3
		p.paragraph(margin, inner, p.t.included, 8, "", grey)
	}
	for _, s := range [][2]string{{p.t.notes, d.Notes}, {p.t.terms, d.Terms}} {
		if s[1] == "" {
			continue
		}
		p.y += 4
		p.font(8, "B", grey)
		p.room(3 * p.height())
		p.paragraph(margin, inner, s[0], 8, "B", grey)
		p.paragraph(margin, inner, s[1], 8.5, "", black)
	}
}

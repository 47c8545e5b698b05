package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/kartela/kartela/contact"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/money"
)

// seed is the demonstration's. Another one makes another business.
const seed = 20

// plan is the whole story before it is written: it knows no date, only how many days
// before today each thing happened.
type plan struct {
	random   *rand.Rand
	contacts []*planned
	events   []event // the earliest first
}

// planned is a contact to write, and how it trades.
type planned struct {
	fields   contact.Fields
	notes    []string
	archived bool

	home     string // country
	firm     bool
	withhold bool // holds back 20 % of what it pays for services
	currency money.Currency
	dueDays  int
	habit    habit
	invoices int
}

// habit is how a client pays.
type habit int

const (
	prompt   habit = iota // each invoice in full, about when it is due
	late                  // months after, and the latest not yet
	partly                // a part of each
	together              // several at once, the oldest first
	over                  // in round sums, more than is owed
)

const span = 730 // days

func newPlan(s uint64) *plan {
	p := &plan{random: rand.New(rand.NewPCG(s, 2026))} // the same every time
	p.people()
	for i, c := range p.contacts {
		p.tradeOf(i, c)
	}
	slices.SortStableFunc(p.events, func(a, b event) int { return b.ago - a.ago })
	return p
}

func (p *plan) people() {
	for i := range customers {
		p.customer(i)
	}
	names := p.firmNames()
	for range 116 {
		p.greekFirm(names)
	}
	for i, s := range surnames {
		p.greekPerson(men[i%len(men)], s.man)
		p.greekPerson(women[(i*3+1)%len(women)], s.woman)
	}
	for _, home := range countries {
		for _, name := range home.firms {
			p.foreignFirm(home, name)
		}
	}
	for i, c := range p.contacts[len(customers):] {
		if p.random.IntN(6) == 0 {
			c.notes = append(c.notes, pick(p, noteTexts))
		}
		c.archived = i%31 == 30
	}
}

func pick[T any](p *plan, from []T) T { return from[p.random.IntN(len(from))] }

func text(s string) *string { return &s }

func (p *plan) add(c *planned) *planned {
	if c.currency == "" {
		c.currency = "EUR"
	}
	p.contacts = append(p.contacts, c)
	return c
}

// customer is a client with a person on the portal and a long history.
func (p *plan) customer(i int) {
	who := customers[i]
	first, last, _ := strings.Cut(who.name, " ")
	c := p.add(&planned{firm: true, home: "GR", dueDays: 30, invoices: 14, habit: []habit{partly, together, over}[i], withhold: i == 1})
	place := towns[i*4]
	c.fields = contact.Fields{Company: text(who.company), FirstName: text(first), LastName: text(last), CustomID: text(fmt.Sprintf("C-%04d", i+1))}
	if i == 2 {
		c.home = "GB"
		p.live(c, countries[4])
		c.fields.DefaultLanguage = text("en")
	} else {
		p.liveInGreece(c, place, true)
	}
	c.fields.Emails = []*contact.EmailInput{{Email: who.email, Primary: true}}
	p.role(c, true, false)
}

// firmNames gives names of trade and sign, each once: clients' and suppliers'.
func (p *plan) firmNames() map[bool][]string {
	out := map[bool][]string{}
	for supplier, trades := range map[bool][]string{false: clientTrades, true: supplierTrades} {
		for _, trade := range trades {
			for _, sign := range signs {
				out[supplier] = append(out[supplier], trade+" "+sign)
			}
		}
	}
	for _, supplier := range []bool{false, true} {
		all := out[supplier]
		p.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	return out
}

func (p *plan) greekFirm(names map[bool][]string) {
	client, supplier := true, false
	switch n := p.random.IntN(20); {
	case n < 4:
		client, supplier = false, true
	case n < 6:
		supplier = true
	case n < 8:
		client = false // a prospect
	}
	only := supplier && !client
	name := names[only][0]
	names[only] = names[only][1:]
	c := p.add(&planned{firm: true, home: "GR", dueDays: pick(p, []int{0, 15, 30, 30, 60}), withhold: p.random.IntN(5) == 0})
	c.fields.Company = text(name + " " + pick(p, forms))
	if p.random.IntN(2) == 0 {
		s := pick(p, surnames)
		c.fields.FirstName, c.fields.LastName = text(pick(p, men)), text(s.man)
	}
	p.liveInGreece(c, pick(p, towns), true)
	c.fields.Emails = []*contact.EmailInput{{Email: "info@" + slug(name) + ".example", Primary: true}}
	if p.random.IntN(3) == 0 {
		c.fields.Emails = append(c.fields.Emails, &contact.EmailInput{Email: "logistirio@" + slug(name) + ".example", Label: "Λογιστήριο"})
	}
	p.role(c, client, supplier)
}

func (p *plan) greekPerson(first, last string) {
	c := p.add(&planned{home: "GR"})
	c.fields = contact.Fields{FirstName: &first, LastName: &last}
	if p.random.IntN(4) == 0 {
		c.fields.Profession = text(pick(p, []string{"Μάγειρας", "Σύμβουλος εστίασης", "Συγγραφέας", "Ιδιωτική υπάλληλος"}))
	}
	p.liveInGreece(c, pick(p, towns), p.random.IntN(3) == 0)
	c.fields.Emails = []*contact.EmailInput{{Email: slug(first) + "." + slug(last) + "@mail.example", Primary: true}}
	kind := entcontact.ClientTypePrivateIndividual
	c.fields.ClientType = &kind
	p.role(c, p.random.IntN(5) != 0, false)
}

func (p *plan) liveInGreece(c *planned, at town, withVAT bool) {
	if withVAT {
		c.fields.VatNumber = text(greekVATNumber(80_000_000 + p.random.IntN(19_999_999)))
		kind := entcontact.ClientTypeDomestic
		c.fields.ClientType = &kind
		if at.taxOffice != "" {
			c.fields.TaxOffice = text(at.taxOffice)
		}
	}
	c.fields.Addresses = []*contact.AddressInput{{Line: fmt.Sprintf("%s %d", pick(p, streets), 1+p.random.IntN(180)),
		City: at.name, Region: at.region, PostalCode: at.postalCode, Country: "GR"}}
	if c.firm && p.random.IntN(5) == 0 {
		shipping, to := contactaddress.KindShipping, pick(p, towns)
		c.fields.Addresses = append(c.fields.Addresses, &contact.AddressInput{Kind: &shipping, City: to.name, Region: to.region,
			PostalCode: to.postalCode, Country: "GR", Line: fmt.Sprintf("%s %d", pick(p, streets), 1+p.random.IntN(180))})
	}
	local := fmt.Sprintf("%0*d", 10-len(at.dial), p.random.IntN(pow10(10-len(at.dial))))
	c.fields.Phones = []*contact.PhoneInput{{Number: at.dial + " " + local, Primary: true}}
	if p.random.IntN(3) == 0 {
		c.fields.Phones = append(c.fields.Phones, &contact.PhoneInput{Number: fmt.Sprintf("+30 69%08d", p.random.IntN(1e8)), Label: "Κινητό"})
	}
}

func pow10(n int) int {
	out := 1
	for range n {
		out *= 10
	}
	return out
}

func (p *plan) foreignFirm(home country, name string) {
	c := p.add(&planned{firm: true, home: home.code, dueDays: pick(p, []int{30, 30, 60})})
	c.fields = contact.Fields{Company: &name, DefaultLanguage: text(home.language)}
	p.live(c, home)
	c.fields.Emails = []*contact.EmailInput{{Email: "office@" + slug(name) + ".example", Primary: true}}
	if home.code == "US" {
		c.currency = "USD"
		c.fields.DefaultCurrency = &c.currency
	}
	p.role(c, p.random.IntN(8) != 0, p.random.IntN(4) == 0)
}

func (p *plan) live(c *planned, home country) {
	c.fields.Addresses = []*contact.AddressInput{{Line: fmt.Sprintf("%s %d", home.street, 1+p.random.IntN(90)),
		City: home.city, PostalCode: home.postalCode, Country: home.code}}
	c.fields.Phones = []*contact.PhoneInput{{Number: fmt.Sprintf("%s %06d", home.dial, p.random.IntN(1e6)), Primary: true}}
	kind := entcontact.ClientTypeThirdCountry
	if home.europe {
		kind = entcontact.ClientTypeIntraCommunity
	}
	c.fields.ClientType = &kind
	number := strings.Map(func(r rune) rune {
		if r == '#' {
			return rune('0' + p.random.IntN(10))
		}
		return r
	}, home.vat)
	c.fields.VatNumber = &number
}

// role makes the contact a client, a supplier, both, or neither yet, and settles how it trades.
func (p *plan) role(c *planned, client, supplier bool) {
	c.fields.IsClient, c.fields.IsSupplier = &client, &supplier
	if c.dueDays > 0 {
		c.fields.DefaultDueDays = &c.dueDays
	}
	if !client || c.invoices > 0 {
		return
	}
	c.habit = pick(p, []habit{prompt, prompt, prompt, prompt, late, late, partly, together, together, over})
	c.invoices = 2 + p.random.IntN(5)
	if !c.firm {
		c.invoices = 2 + p.random.IntN(2)
	}
}

package merge

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Reason is why two contacts may be the same one.
type Reason string

// The reasons, the strongest first.
const (
	SameVATNumber Reason = "VAT_NUMBER"
	SameEmail     Reason = "EMAIL"
	SameName      Reason = "NAME"
	SimilarName   Reason = "SIMILAR_NAME"
)

var reasons = []Reason{SameVATNumber, SameEmail, SameName, SimilarName}

// Duplicate is another contact that may be the same one.
type Duplicate struct {
	Contact *contact.Contact
	Reasons []Reason
}

// Pair are two contacts that may be the same one.
type Pair struct {
	Contact, Other *contact.Contact
	Reasons        []Reason
}

// The bounds of what is looked at.
const (
	MaxDuplicates = 20 // of one contact
	// maxBlock is how many names that share a word are compared with each other: more share a
	// word that says nothing.
	maxBlock = 60
	// maxAlike is how many contacts with the same value are all paired with each other. Of more,
	// each is paired with the oldest.
	maxAlike = 10
)

// candidate is a contact as duplicates are looked for.
type candidate struct {
	id    uuid.UUID
	vat   string
	name  string // its name_key
	words []string
}

// pair names two candidates by their places, the lesser first, with its reasons as bits, the
// strongest the lowest.
type pair struct{ a, b int }

// search is everything that one search for duplicates looks at.
type search struct {
	all   []candidate // by id: older contacts first
	at    map[uuid.UUID]int
	found map[pair]int
	only  map[int]bool // places that one of a pair must have; nil for any
}

// searches lets one search at a time go on in a process: it holds the names of all contacts of
// an organization, and works for a second on 100,000 of them.
var searches = make(chan struct{}, 1)

// find looks for pairs among all contacts that the viewer sees, or those with one of ids. It
// reads names, numbers and the addresses that several contacts have, by three statements.
func (s *Service) find(ctx context.Context, ids []uuid.UUID) (*search, error) {
	select {
	case searches <- struct{}{}:
		defer func() { <-searches }()
	case <-ctx.Done():
		return nil, fmt.Errorf("merge: wait for another search: %w", ctx.Err())
	}
	rows, err := s.DB.Contact.Query().Where(entcontact.MergedIntoIDIsNil()).Order(entcontact.ByID()).
		Select(entcontact.FieldID, entcontact.FieldVatNumber, entcontact.FieldNameKey).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("merge: read names: %w", err)
	}
	d := &search{all: make([]candidate, len(rows)), at: make(map[uuid.UUID]int, len(rows)), found: map[pair]int{}}
	for i, r := range rows {
		d.all[i] = candidate{r.ID, r.VatNumber, r.NameKey, words(r.NameKey)}
		d.at[r.ID] = i
	}
	if ids != nil {
		d.only = map[int]bool{}
		for _, id := range ids {
			if i, ok := d.at[id]; ok {
				d.only[i] = true
			}
		}
	}
	emails, err := s.DB.ContactEmail.Query().Where(several).Select(contactemail.FieldContactID, contactemail.FieldEmail).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("merge: read e-mails: %w", err)
	}
	dismissed, err := s.DB.DuplicateDismissal.Query().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("merge: read dismissed pairs: %w", err)
	}
	d.equal(emails)
	d.similar(ctx)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("merge: look for similar names: %w", err)
	}
	for _, x := range dismissed {
		a, one := d.at[x.ContactID]
		if b, two := d.at[x.OtherID]; one && two {
			delete(d.found, pair{min(a, b), max(a, b)})
		}
	}
	return d, nil
}

// several keeps the e-mail addresses that more than one contact has.
func several(s *sql.Selector) {
	t := sql.Table(contactemail.Table).As("others")
	s.Where(sql.Exists(sql.Dialect(s.Dialect()).Select(t.C(contactemail.FieldID)).From(t).Where(sql.And(
		sql.ColumnsEQ(t.C(contactemail.FieldOrganizationID), s.C(contactemail.FieldOrganizationID)),
		sql.ColumnsEQ(t.C(contactemail.FieldEmail), s.C(contactemail.FieldEmail)),
		sql.ColumnsNEQ(t.C(contactemail.FieldContactID), s.C(contactemail.FieldContactID))))))
}

// equal finds the pairs with the same VAT number, e-mail address or name.
func (d *search) equal(emails []*ent.ContactEmail) {
	vat, name, email := map[string][]int{}, map[string][]int{}, map[string][]int{}
	for i, c := range d.all {
		if c.vat != "" {
			vat[c.vat] = append(vat[c.vat], i)
		}
		if c.name != "" {
			name[c.name] = append(name[c.name], i)
		}
	}
	for _, e := range emails {
		if i, ok := d.at[e.ContactID]; ok {
			email[e.Email] = append(email[e.Email], i)
		}
	}
	for bit, groups := range []map[string][]int{vat, email, name} {
		for _, g := range groups {
			slices.Sort(g)
			d.alike(g, 1<<bit)
		}
	}
}

// alike pairs contacts that have a value in common.
func (d *search) alike(places []int, bit int) {
	for i, a := range places {
		if d.only != nil && !d.only[a] {
			continue
		}
		others := places[i+1:]
		if d.only != nil {
			others = places
		}
		for _, b := range others {
			if a != b {
				d.found[pair{min(a, b), max(a, b)}] |= bit
			}
		}
		if len(places) > maxAlike && d.only == nil {
			return
		}
	}
}

// similar finds the pairs with similar names, among those that meet under some key. It stops
// when the context ends.
func (d *search) similar(ctx context.Context) {
	const bit = 1 << 3
	wanted := map[string]bool{} // the keys of those that one of a pair must be
	for i := range d.only {
		blocks(d.all[i].words, func(key string) { wanted[key] = true })
	}
	meet := map[string][]int{}
	for i, c := range d.all {
		blocks(c.words, func(key string) {
			if d.only != nil && !wanted[key] {
				return
			}
			if places := meet[key]; len(places) <= maxBlock && (len(places) == 0 || places[len(places)-1] != i) {
				meet[key] = append(places, i)
			}
		})
	}
	for _, places := range meet {
		if ctx.Err() != nil {
			return
		}
		if len(places) > maxBlock {
			continue
		}
		for i, a := range places {
			for _, b := range places[i+1:] {
				x, y, p := &d.all[a], &d.all[b], pair{a, b}
				if d.only != nil && !d.only[a] && !d.only[b] || x.name == y.name || d.found[p]&bit != 0 {
					continue
				}
				if similar(x.words, y.words) {
					d.found[p] |= bit
				}
			}
		}
	}
}

// told are the reasons of a pair.
func told(bits int) (out []Reason) {
	for i, r := range reasons {
		if bits&(1<<i) != 0 {
			out = append(out, r)
		}
	}
	return out
}

// strength orders reasons, the surest first: by the strongest, and then by the others.
func strength(bits int) int {
	s := 0
	for i := range reasons {
		s = s<<1 | (1 - bits>>i&1)
	}
	return s
}

// DuplicatesOf gives the contacts that may be the same one, the surest first, at most 20, for
// the whole group of contacts at once. Tombstones, dismissed pairs and contacts that the viewer
// may not see are left out. It is four statements for any number of contacts.
func (s *Service) DuplicatesOf(ctx context.Context, c *contact.Contact) ([]*Duplicate, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeContacts); err != nil {
		return nil, err
	}
	return page.Load(ctx, c.Group, "duplicates", c.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Duplicate, error) {
		d, err := s.find(ctx, ids)
		if err != nil {
			return nil, err
		}
		others := map[int][]pair{} // b is the other one's place
		for p := range d.found {
			for _, o := range []pair{p, {p.b, p.a}} {
				if d.only[o.a] {
					others[o.a] = append(others[o.a], o)
				}
			}
		}
		var read []uuid.UUID
		for a, list := range others {
			slices.SortFunc(list, func(x, y pair) int { return cmp.Or(cmp.Compare(d.strength(x), d.strength(y)), cmp.Compare(x.b, y.b)) })
			others[a] = list[:min(len(list), MaxDuplicates)]
			for _, o := range others[a] {
				read = append(read, d.all[o.b].id)
			}
		}
		contacts, err := s.Contacts.ByIDs(ctx, read)
		if err != nil {
			return nil, err
		}
		out := map[uuid.UUID][]*Duplicate{}
		for a, list := range others {
			for _, o := range list {
				if other := contacts[d.all[o.b].id]; other != nil {
					out[d.all[a].id] = append(out[d.all[a].id], &Duplicate{other, told(d.bits(o))})
				}
			}
		}
		return out, nil
	})
}

func (d *search) bits(p pair) int     { return d.found[pair{min(p.a, p.b), max(p.a, p.b)}] }
func (d *search) strength(p pair) int { return strength(d.bits(p)) }

const pairs = "duplicates"

// Duplicates reads a page of the pairs among all contacts, the surest first. A cursor holds
// while pairs come and go.
//
// Faults: INVALID for a bad page, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Duplicates(ctx context.Context, first *int, after *string) (*page.Connection[*Pair], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeContacts); err != nil {
		return nil, err
	}
	req, err := page.Args{First: first, After: after}.Check(pairs, checkKey)
	if err != nil {
		return nil, err
	}
	d, err := s.find(ctx, nil)
	if err != nil {
		return nil, err
	}
	list := make([]pair, 0, len(d.found))
	for p := range d.found {
		if req.After == nil || d.key(p)+d.all[p.b].id.String() > req.After.Key+req.After.ID.String() {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(x, y pair) int {
		return cmp.Or(cmp.Compare(d.strength(x), d.strength(y)), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	list = list[:min(len(list), req.Size+1)]
	rows, err := s.paired(ctx, d, list)
	if err != nil {
		return nil, err
	}
	cursor := func(p *Pair) page.Cursor {
		x := pair{d.at[p.Contact.ID], d.at[p.Other.ID]}
		return page.Cursor{Kind: pairs, Key: d.key(x), ID: p.Other.ID}
	}
	total := func(context.Context) (int, error) { return len(d.found), nil }
	return page.New(req, rows, cursor, total), nil
}

// key is the place of a pair in the order, but for the other one.
func (d *search) key(p pair) string {
	return fmt.Sprintf("%02d %s ", d.strength(p), d.all[p.a].id)
}

// checkKey says whether key could have made it.
func checkKey(key string) error {
	if len(key) != 40 || key[2] != ' ' || key[39] != ' ' || uuid.Validate(key[3:39]) != nil {
		return fault.New(fault.Invalid, "", "This is not a cursor of this list.")
	}
	return nil
}

func (s *Service) paired(ctx context.Context, d *search, list []pair) ([]*Pair, error) {
	ids := make([]uuid.UUID, 0, 2*len(list))
	for _, p := range list {
		ids = append(ids, d.all[p.a].id, d.all[p.b].id)
	}
	contacts, err := s.Contacts.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]*Pair, 0, len(list))
	for _, p := range list {
		if a, b := contacts[d.all[p.a].id], contacts[d.all[p.b].id]; a != nil && b != nil {
			rows = append(rows, &Pair{a, b, told(d.found[p])})
		}
	}
	return rows, nil
}

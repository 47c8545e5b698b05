package merge_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact/imports"
	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/ent/contactimport"
	"github.com/kartela/kartela/ent/importrow"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
)

// Contacts that are made, edited, merged, taken apart, archived, traded with, imported and
// taken back in any order keep their sums and references right after every step.
func TestRandomLivesKeepSumsAndReferences(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := &clerk{o, rand.New(rand.NewPCG(seeded(t), 2)), t}
		in := &importer{clerk: c, service: &imports.Service{DB: d, Contacts: o.Contacts, Store: &files{kept: map[string][]byte{}}}}
		for _, id := range o.contacts { // there is money to move from the beginning
			o.Issued(t, o.ctx, id, "10")
		}
		for range *workers * *operations / 3 {
			sums := o.sums(t)
			var name string
			switch c.IntN(8) {
			case 0:
				name = "import"
				in.bring()
			case 1:
				name = "undo"
				in.takeBack()
			case 2:
				name = "merge"
				merges := len(o.merges)
				c.outcome(name, c.unite())
				if len(o.merges) > merges && (o.done["unmerge done"] == 0 || c.IntN(2) == 0) { // later ones rarely can be
					_, _, err := o.Merges.Unmerge(o.ctx, merge.UnmergeInput{MergeID: o.merges[merges]})
					c.outcome("unmerge", err)
				}
			default:
				var err error
				name, err = c.act()
				c.outcome(name, err)
			}
			if slices.Contains([]string{"import", "undo", "merge", "unmerge"}, name) {
				if diff := cmp.Diff(sums, o.sums(t)); diff != "" {
					t.Errorf("%s changed the sums (-before +after):\n%s", name, diff)
				}
			}
			o.Verified(t)
			o.nothingLeft(t)
			o.nothingDangles(t)
		}
		o.outcomes(t, "merge", "unmerge", "record", "import", "undo")
	})
}

// nothingDangles holds that no row of any table points at a contact that is gone.
func (o *office) nothingDangles(t *testing.T) {
	t.Helper()
	for _, r := range schema.References {
		if r.To != "contacts" {
			continue
		}
		n := o.Count(t, fmt.Sprintf(`SELECT COUNT(*) FROM %s f LEFT JOIN contacts c ON c.organization_id = f.organization_id AND c.id = f.%s
			WHERE f.%s IS NOT NULL AND c.id IS NULL`, r.Table, r.Column, r.Column))
		if n > 0 {
			t.Errorf("%d rows of %s point at contacts that are gone", n, r.Table)
		}
	}
}

// importer brings contacts in by files, and takes them back.
type importer struct {
	*clerk
	service *imports.Service
	done    []uuid.UUID
}

// bring imports a small file: rows of new contacts, and changes of some that are there.
func (i *importer) bring() {
	i.t.Helper()
	var b strings.Builder
	b.WriteString("customId,company,profession,isClient\n")
	for range 4 {
		fmt.Fprintf(&b, "c%d,Imported %d,p%d,yes\n", i.IntN(16), i.IntN(20), i.IntN(9))
	}
	got, err := i.service.Upload(i.ctx, imports.UploadInput{Name: "a.csv", File: strings.NewReader(b.String())})
	must(i.t, err)
	update := imports.Update
	got, err = i.service.Configure(i.ctx, imports.ConfigureInput{ID: got.ID, Version: got.Version, Existing: &update, MatchBy: []imports.Match{imports.ByCustomID}})
	must(i.t, err)
	_, err = i.service.Run(i.ctx, imports.IDInput{ID: got.ID})
	must(i.t, err)
	i.settle(got.ID, contactimport.StatusDone)
	rows, err := i.DB.ImportRow.Query().Where(importrow.ImportID(got.ID), importrow.OutcomeEQ(importrow.OutcomeCreate)).All(i.ctx)
	must(i.t, err)
	for _, r := range rows {
		i.add(&i.contacts, *r.ContactID)
	}
	i.done = append(i.done, got.ID)
	i.outcome("import", nil)
}

func (i *importer) settle(id uuid.UUID, want contactimport.Status) {
	i.t.Helper()
	for worked := true; worked; {
		var err error
		worked, err = i.service.Work(context.Background())
		must(i.t, err)
	}
	if got, err := i.service.Get(i.ctx, id); err != nil || got.Status != want {
		i.t.Fatalf("the import is %v (%v), want %s", got, err, want)
	}
}

// takeBack undoes an import. What was changed, merged or referred to since stays as it is.
func (i *importer) takeBack() {
	i.t.Helper()
	if len(i.done) == 0 {
		return
	}
	at := i.IntN(len(i.done))
	id := i.done[at]
	i.done = append(i.done[:at:at], i.done[at+1:]...)
	stay := i.held(id)
	_, err := i.service.Undo(i.ctx, imports.IDInput{ID: id})
	must(i.t, err)
	i.settle(id, contactimport.StatusUndone)
	for contact, version := range stay {
		row, err := i.DB.Contact.Get(i.ctx, contact)
		if err != nil || row.Version != version {
			i.t.Errorf("undoing touched %s, which had version %d: %v %v", contact, version, row, err)
		}
	}
	there, err := i.DB.Contact.Query().IDs(i.ctx)
	must(i.t, err)
	i.contacts = slices.DeleteFunc(i.contacts, func(id uuid.UUID) bool { return !slices.Contains(there, id) }) // or few are met that are there
	i.outcome("undo", nil)
}

// held are the contacts of an import that undoing must leave alone, with their versions: those
// changed since, and, of those that it made, those that something refers to.
func (i *importer) held(id uuid.UUID) map[uuid.UUID]int {
	i.t.Helper()
	rows, err := i.DB.ImportRow.Query().Where(importrow.ImportID(id), importrow.ContactIDNotNil()).All(i.ctx)
	must(i.t, err)
	out := map[uuid.UUID]int{}
	last := map[uuid.UUID]int{} // a contact may be in several rows of one file
	made := map[uuid.UUID]bool{}
	for _, r := range rows {
		last[*r.ContactID] = max(last[*r.ContactID], r.ContactVersion)
		made[*r.ContactID] = made[*r.ContactID] || r.Outcome == importrow.OutcomeCreate
	}
	for contact, version := range last {
		row, err := i.DB.Contact.Get(i.ctx, contact)
		if err != nil {
			continue // deleted since
		}
		referred := i.Count(i.t, fmt.Sprintf(`SELECT (SELECT COUNT(*) FROM documents WHERE contact_id = '%[1]s') + (SELECT COUNT(*) FROM payments WHERE contact_id = '%[1]s')
			+ (SELECT COUNT(*) FROM contacts WHERE merged_into_id = '%[1]s')`, contact))
		if row.Version != version || row.MergedIntoID != nil || made[contact] && referred > 0 {
			out[contact] = row.Version
		}
	}
	return out
}

// files is a store in memory, of one organization.
type files struct {
	mu   sync.Mutex
	kept map[string][]byte
}

type opened struct{ *bytes.Reader }

func (opened) Close() error { return nil }

func (f *files) Put(_ context.Context, key string, r io.Reader) (int64, error) {
	b, err := io.ReadAll(r)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept[key] = b
	return int64(len(b)), err
}

func (f *files) Open(_ context.Context, key string) (io.ReadCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b, ok := f.kept[key]; ok {
		return opened{bytes.NewReader(b)}, nil
	}
	return nil, fault.New(fault.NotFound, "", "There is no such file.")
}

func (f *files) Delete(_ context.Context, key string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.kept, key)
	return nil
}

func (f *files) List(context.Context, string, time.Time, func([]string) error) error { return nil }

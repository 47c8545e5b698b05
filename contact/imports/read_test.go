package imports

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kartela/kartela/ent/importrow"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

// Results of several imports cost as many statements as those of one, and pages are the whole.
func TestResultsAreReadByPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		s := service(d)
		for n := range 3 {
			var b strings.Builder
			b.WriteString("Company,Mail\n")
			for i := range 7 {
				fmt.Fprintf(&b, "C %d %d,%s\n", n, i, []string{"", "nonsense"}[i%2])
			}
			imported(t, ctx, s, Input{File: strings.NewReader(b.String())})
		}
		list, err := s.List(ctx, ptr(10), nil)
		must(t, err)
		counted, n := db.CountStatements(ctx)
		for _, i := range list.Nodes() {
			got, err := i.Results(counted, nil, ptr(5), nil)
			must(t, err)
			var lines []int
			for _, r := range got.Nodes() {
				lines = append(lines, r.Line)
				if _, err := r.Contact(counted); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(lines, []int{2, 3, 4, 5, 6}) || !got.PageInfo.HasNextPage {
				t.Errorf("lines %v", lines)
			}
			rest, err := i.Results(ctx, nil, ptr(5), got.PageInfo.EndCursor)
			must(t, err)
			if nodes := rest.Nodes(); len(nodes) != 2 || nodes[0].Line != 7 || rest.PageInfo.HasNextPage {
				t.Errorf("the rest is %d rows", len(nodes))
			}
			bad, err := i.Results(counted, ptr(importrow.OutcomeError), nil, nil)
			must(t, err)
			if len(bad.Nodes()) != 3 {
				t.Errorf("%d errors", len(bad.Nodes()))
			}
			if p, err := i.Preview(counted); err != nil || len(p.Rows) != 7 || len(p.Fields) < 30 {
				t.Errorf("the preview is %+v, %v", p, err)
			}
			if _, err := i.Results(ctx, nil, nil, ptr("x")); !fault.IsCode(err, fault.Invalid) {
				t.Errorf("a bad cursor: %v", err)
			}
		}
		if got := n.Load(); got != 4 { // two kinds of results, the contacts of each import's page are the page's
			if got > 6 {
				t.Errorf("%d statements for three imports", got)
			}
		}
	})
}

// What a person corrects is what is read.
func TestAFileIsConfigured(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		s := service(d)
		i, err := s.uploaded(ctx, Input{File: strings.NewReader("Title\n\nalpha;beta;beta;gamma\nA;Οδός 1;Πόλη;x\nB;;;y\n")})
		must(t, err)
		configure := func(c ConfigureInput) *ContactImport {
			t.Helper()
			now, err := s.Get(ctx, i.ID)
			must(t, err)
			c.ID, c.Version = i.ID, now.Version
			out, err := s.Configure(ctx, c)
			must(t, err)
			return out
		}
		if got := configure(ConfigureInput{HeaderRow: ptr(3)}); got.kept.HeaderRow != 3 || len(got.kept.Columns) != 4 || got.kept.Rows[0].Line != 4 {
			t.Errorf("read as %+v", got.kept)
		}
		_, err = s.Run(ctx, IDInput{ID: i.ID})
		if !fault.IsCode(err, fault.Invalid) {
			t.Errorf("without names: %v", err)
		}
		configure(ConfigureInput{Columns: []*ColumnInput{{0, ptr("company")}, {1, ptr("address.line")}, {2, ptr("address.city")}, {3, ptr("note")}}})
		_, err = s.Check(ctx, IDInput{ID: i.ID})
		must(t, err)
		_, err = s.settled(ctx, i.ID)
		must(t, err)
		if got := configure(ConfigureInput{AsClients: ptr(true)}); got.RowCount() != nil || got.Created != 0 || d.ImportRow.Query().CountX(ctx) != 0 {
			t.Errorf("a check that was made is not dropped: %+v", got.ContactImport)
		}
		_, err = s.Run(ctx, IDInput{ID: i.ID})
		must(t, err)
		_, err = s.settled(ctx, i.ID)
		must(t, err)
		want := []string{"A||", "B||"}
		for n, c := range dump(t, ctx, d) {
			if !strings.HasPrefix(c, want[n]) || n == 0 && (!strings.Contains(c, "A:0 billing Οδός 1 Πόλη πολη") || !strings.Contains(c, `N:["x"]`) || !strings.Contains(c, "|true|false|")) {
				t.Errorf("contact %s", c)
			}
		}
		now, err := s.Get(ctx, i.ID)
		must(t, err)
		if _, err := s.Configure(ctx, ConfigureInput{ID: i.ID, Version: now.Version}); !fault.IsCode(err, fault.Conflict) {
			t.Errorf("after it ran: %v", err)
		}

		again, err := s.uploaded(ctx, Input{File: strings.NewReader("Company,Mail\nA,\n")})
		must(t, err)
		bad := map[string]ConfigureInput{
			"separator":       {Separator: ptr("x")},
			"sheet":           {Sheet: ptr("One")},
			"headerRow":       {HeaderRow: ptr(9)},
			"columns.0.index": {Columns: []*ColumnInput{{9, nil}}},
			"columns.0.field": {Columns: []*ColumnInput{{0, ptr("category.None")}}},
			"columns":         {Columns: []*ColumnInput{{0, ptr("isClient")}, {1, ptr("isClient")}}},
			"version":         {Version: 99},
		}
		for field, c := range bad {
			if c.ID = again.ID; c.Version == 0 {
				c.Version = again.Version
			}
			_, err := s.Configure(ctx, c)
			all, _ := fault.All(err)
			if len(all) != 1 || all[0].Field != field {
				t.Errorf("%s: got %v", field, err)
			}
		}
		if diff := cmp.Diff(again.Version, d.ContactImport.GetX(ctx, again.ID).Version); diff != "" {
			t.Errorf("a refused change changed: %s", diff)
		}
	})
}

// Our own names of columns say everything that our own export holds.
func TestOurOwnFormIsReadWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		regions(t, ctx, d)
		const file = "customId,firstName,lastName,company,profession,vatNumber,taxOffice,website,isClient,isSupplier,clientType,defaultCurrency,defaultLanguage,defaultDueDays,defaultTemplate,defaultTaxes,archived," +
			"address.1.kind,address.1.line,address.1.city,address.1.country,address.2.kind,address.2.city,email.1,email.1.label,email.1.primary,email.2,email.2.label,email.2.primary,phone.1,phone.1.label,phone.1.primary,category.Περιοχή,note.1,note.2\r\n" +
			"K1,Ann,Lee,Acme,Boss,DE1,,x.gr,yes,no,intra_community,USD,en,30,T,\"[{\"\"kind\"\":\"\"vat\"\",\"\"rate\"\":\"\"24\"\"}]\",yes," +
			"shipping,S 1,Town,DE,billing,City,a@x.gr,Work,no,b@x.gr,,yes,'+49 1,Mobile,yes,Βορράς,'=1+1,\"two\nlines\"\r\n"
		r := mustImport(t, ctx, d, file)
		if r.Format != kartela || r.Created != 1 {
			t.Fatalf("%+v %+v", r, r.Problems)
		}
		got := dump(t, ctx, d)[0]
		for _, want := range []string{"Acme|Ann|Lee|K1|DE1|Boss|x.gr|true|false|true|", "|USD|", " A:0 shipping S 1 Town town DE A:1 billing  City city ", " E:0 Work a@x.gr false E:1  b@x.gr true",
			" P:0 Mobile +49 1 true", `N:["=1+1" "two\nlines"]`, " O:Βορράς"} {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in %s", want, got)
			}
		}
		c := byName(t, ctx, d, "Acme")
		if c.DefaultDueDays == nil || *c.DefaultDueDays != 30 || len(c.DefaultTaxes) != 1 || *c.ClientType != "intra_community" || c.DefaultTemplate != "T" {
			t.Errorf("defaults %+v", c)
		}
	})
}

package graph

import (
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/kartela/kartela/viewer"
)

// What is the same for all with the same rights is executed once for them; what may tell more to
// one than to another is executed for each person.
func TestWhoSharesAResult(t *testing.T) {
	source, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: string(source)})
	owner := viewer.Viewer{Kind: viewer.Staff, Organization: uuid.New(), User: uuid.New(), Session: uuid.New(), Role: viewer.Owner}
	sales, key := owner, owner
	sales.Role, key.User, key.APIKey = viewer.Sales, uuid.Nil, uuid.New()
	customer := viewer.Viewer{Kind: viewer.Portal, Organization: owner.Organization, User: uuid.New(), Session: uuid.New(), Contacts: []uuid.UUID{uuid.New()}}
	for _, c := range []struct {
		query       string
		as          viewer.Viewer
		all, person bool
	}{
		{`subscription { balanceChanged(contactIds: ["1"]) { balances { net { amount } } } }`, sales, true, true},
		{`subscription { balanceChanged { contactId } }`, sales, false, true}, // of contacts that are restricted
		{`subscription { balanceChanged { contactId } }`, owner, true, true},
		{`subscription { balanceChanged { contactId } }`, key, true, true},
		{`subscription { noticeAdded { id } }`, sales, false, true},
		{`subscription { noticeAdded { id } }`, owner, true, true},
		{`subscription { documentChanged(contactId: "1") { id total { amount } lines { taxes { category } } ... on Document { net { amount } } } }`, sales, true, true},
		{`subscription { documentChanged(contactId: "1") { id contact { id } } }`, owner, false, true},
		{`subscription { documentChanged(contactId: "1") { ...a } } fragment a on Document { derived { id } }`, owner, false, true},
		{`subscription { documentChanged(contactId: "1") { ...a } } fragment a on Document { id }`, owner, true, true},
		{`subscription { timerChanged { entry { id } } }`, owner, false, true},
		{`subscription { portalBalanceChanged { contactId } }`, customer, true, true},
		{`subscription { a: portalDocumentChanged { id lines { title } } }`, customer, true, true},
		{`query { __typename }`, owner, false, false},
	} {
		doc, list := gqlparser.LoadQueryWithRules(schema, c.query, rules.NewDefaultRules())
		if list != nil {
			t.Fatalf("%s: %v", c.query, list)
		}
		scopes := Share(c.as, doc.Operations[0])
		var all, person bool
		for i, v := range scopes {
			if v.Session != uuid.Nil || v.Organization != c.as.Organization || v.Kind != c.as.Kind || v.Role != c.as.Role || len(v.Contacts) != len(c.as.Contacts) {
				t.Errorf("%s is shared by %+v", c.query, v)
			}
			if v.User == c.as.User && v.APIKey == c.as.APIKey {
				person = i == len(scopes)-1
			} else {
				all = v.User == uuid.Nil && v.APIKey == uuid.Nil && i == 0
			}
		}
		if all != c.all || person != c.person {
			t.Errorf("%s as %s: shared by all %v, by the person %v", c.query, c.as.Role, all, person)
		}
	}
}

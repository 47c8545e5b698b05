package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/kartela/kartela/graph"
)

const previewPortal = `mutation($id: ID!) { previewPortal(input: { contactId: $id }) { token viewer { side preview } } }`

// preview gives who looks at a contact's portal.
func (c *caller) preview(contact string) *caller {
	c.t.Helper()
	in := c.do(previewPortal, vars{"id": contact}).at("previewPortal")
	if in.at("viewer.side").text() != "PORTAL" || in.at("viewer.preview").is != true {
		c.t.Errorf("the viewer is %v", in.is)
	}
	return c.s.nobody(c.t).as(in.at("token").text())
}

// A preview reads what the customer reads, live, and every mutation that there is is refused to it,
// but for ending it; nothing is written by it, and the staff session goes on.
func TestAPreviewChangesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		a := s.newTenant(t, "a")
		look := a.preview(a.ids["contact"])
		if got := look.do(`{ portal { contacts { id balances { net { amount } } invoices { nodes { id } } } settings { documents } } }`, nil).at("portal.contacts"); len(got.list()) != 1 {
			t.Errorf("sees %v", got.is)
		}
		socket := look.subscribe(`subscription { portalBalanceChanged { balances { net { amount } } } }`, nil)
		socket.next()
		before, walked := s.dump(t), 0
		schema := graph.Schema(s.graph).Schema()
		for _, f := range schema.Mutation.Fields {
			if f.Name == "signOut" || strings.HasPrefix(f.Name, "__") {
				continue
			}
			walked++
			r := look.try(operationOf(schema, "mutation", f), least(schema, f))
			if len(r.Errors) != 1 || r.Errors[0].Extensions["code"] != "FORBIDDEN" || r.Errors[0].Message != "This is a preview: it changes nothing." {
				t.Errorf("%s answered %v", f.Name, r.Errors)
			}
		}
		if walked < 100 {
			t.Errorf("%d mutations", walked)
		}
		if diff := cmp.Diff(before, s.dump(t)); diff != "" {
			t.Errorf("something was written (-before +after):\n%s", diff)
		}
		a.pays(a.ids["contact"], "1")
		socket.next()
		look.do(`mutation { signOut { ended } }`, nil)
		if code := socket.closed(); code != 4403 {
			t.Errorf("closed with %d", code)
		}
		a.do(`{ viewer { side } }`, nil)
	})
}

// What a preview has open ends with the member of the staff.
func TestAPreviewsSocketEndsWithTheMember(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		contact := owner.client("Looked at", "")
		id := owner.do(`mutation($input: AddMemberInput!) { addMember(input: $input) { member { userId } } }`,
			vars{"input": vars{"email": "clerk@a.example", "name": "C", "role": "SALES", "password": "a good password"}}).at("addMember.member.userId").text()
		look := s.signedIn(t, "clerk@a.example").preview(contact)
		socket := look.subscribe(`subscription { portalBalanceChanged { balances { net { amount } } } }`, nil)
		socket.next()
		owner.do(`mutation($id: ID!) { removeMember(input: { userId: $id }) { userId } }`, vars{"id": id})
		if code := socket.closed(); code != 4403 {
			t.Errorf("closed with %d", code)
		}
		if r := look.try(`{ portal { business { name } } }`, nil); r.status != 401 {
			t.Errorf("answered %d", r.status)
		}
	})
}

// least are arguments that have what must be there.
func least(schema *ast.Schema, f *ast.FieldDefinition) vars {
	out := vars{}
	for _, a := range f.Arguments {
		out[a.Name] = leastOf(schema, a.Type)
	}
	return out
}

func leastOf(schema *ast.Schema, typ *ast.Type) any {
	if typ.Elem != nil {
		return []any{leastOf(schema, typ.Elem)}
	}
	switch def := schema.Types[typ.NamedType]; {
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == ast.InputObject:
		out := vars{}
		for _, f := range def.Fields {
			if f.Type.NonNull && f.DefaultValue == nil {
				out[f.Name] = leastOf(schema, f.Type)
			}
		}
		return out
	case def.Name == "Boolean":
		return true
	case def.Name == "Int":
		return 1
	}
	return "1"
}

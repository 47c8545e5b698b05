package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/kartela/kartela/account"
	entmigrate "github.com/kartela/kartela/ent/migrate"
	"github.com/kartela/kartela/graph"
	"github.com/kartela/kartela/viewer"
)

// tenant is a business with one of everything, by what it is.
type tenant struct {
	*caller
	ids map[string]string
}

// newTenant makes a business of its own, through the API.
func (s *testServer) newTenant(t *testing.T, name string) *tenant {
	t.Helper()
	email := "owner@" + name + ".example"
	org, owner, err := s.graph.Accounts.FirstOrganization(context.Background(), account.CreateOrganizationInput{
		Name: name, OwnerName: "Owner", Email: email, Password: "a good password"}, false)
	if err != nil {
		t.Fatal(err)
	}
	token := s.nobody(t).do(`mutation($input: SignInInput!) { signIn(input: $input) { token } }`,
		vars{"input": vars{"email": email, "password": "a good password"}}).at("signIn.token").text()
	c := &tenant{s.nobody(t).as(token), map[string]string{"organization": org.String()}}
	c.fill(name)
	c.fillContacts(name)
	c.fillFiles(s, org, owner)
	c.fillJobs()
	c.fillMoney()
	c.fillProjects()
	c.fillTrade()
	c.fillOnline(s, name)
	c.fillPortal(name)
	return c
}

// fill makes one of everything that has an id.
func (c *tenant) fill(name string) {
	c.t.Helper()
	made := c.do(`mutation($input: CreateContactInput!) { createContact(input: $input) { contact { id addresses { id } emails { id } phones { id } } } }`,
		vars{"input": vars{"company": name, "isClient": true, "addresses": []vars{{"line": "Street 1"}},
			"emails": []vars{{"email": "info@" + name + ".example"}}, "phones": []vars{{"number": "2101234567"}}}}).at("createContact.contact")
	c.ids["contact"] = made.at("id").text()
	for kind, at := range map[string]string{"address": "addresses.0.id", "email": "emails.0.id", "phone": "phones.0.id"} {
		c.ids[kind] = made.at(at).text()
	}
	c.ids["draft"], c.ids["invoice"] = c.invoice(), c.invoice()
	c.do(`mutation($input: DocumentIdInput!) { issueDocument(input: $input) { document { id } } }`, vars{"input": vars{"id": c.ids["invoice"]}})
	c.ids["payment"] = c.do(`mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }`,
		vars{"input": vars{"contactId": c.ids["contact"], "amount": "10"}}).at("recordPayment.payment.id").text()
	c.ids["grant"] = c.do(`mutation($input: InviteToPortalInput!) { inviteToPortal(input: $input) { access { id } link } }`,
		vars{"input": vars{"contactId": c.ids["contact"], "email": "person@" + name + ".example"}}).at("inviteToPortal.access.id").text()
	c.ids["member"] = c.do(`mutation($input: AddMemberInput!) { addMember(input: $input) { member { userId } } }`,
		vars{"input": vars{"email": "sales@" + name + ".example", "name": "S", "role": "SALES", "password": "a good password"}}).at("addMember.member.userId").text()
	c.ids["apiKey"] = c.do(`mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }`,
		vars{"input": vars{"name": "key", "role": "READ_ONLY"}}).at("createApiKey.apiKey.id").text()
}

// fillTrade makes what the API names, and makes elsewhere than here.
func (c *tenant) fillTrade() {
	c.t.Helper()
	c.ids["estimate"] = c.do(`mutation($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }`, vars{"input": vars{
		"type": "ESTIMATE", "contactId": c.ids["contact"], "lines": []vars{{"title": "A", "unitPrice": "100"}}}}).at("createDocument.document.id").text()
	c.do(`mutation($input: DocumentIdInput!) { issueDocument(input: $input) { document { id } } }`, vars{"input": vars{"id": c.ids["estimate"]}})
	c.ids["line"] = c.do(`query($id: ID!) { document(id: $id) { lines { id } } }`, vars{"id": c.ids["draft"]}).at("document.lines.0.id").text()
	c.ids["sequence"] = c.do(`{ numberSequences { id } }`, nil).at("numberSequences.0.id").text()
	c.ids["expenseCategory"] = c.do(`mutation($input: CreateExpenseCategoryInput!) { createExpenseCategory(input: $input) { category { id } } }`,
		vars{"input": vars{"name": "Rent"}}).at("createExpenseCategory.category.id").text()
}

func (c *tenant) invoice() string {
	c.t.Helper()
	return c.do(`mutation($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }`, vars{"input": vars{
		"type": "INVOICE", "contactId": c.ids["contact"], "lines": []vars{{"title": "A", "unitPrice": "100"}}}}).at("createDocument.document.id").text()
}

// arguments are good ones for each field that takes an id: only the ids are another's.
func (c *tenant) arguments(field string) vars {
	id := func(kind string) vars { return vars{"input": vars{"id": c.ids[kind]}} }
	switch field {
	case "node", "contact":
		return vars{"id": c.ids["contact"]}
	case "document":
		return vars{"id": c.ids["invoice"]}
	case "payment":
		return vars{"id": c.ids["payment"]}
	case "documents":
		return vars{"orderBy": "NUMBER"}
	case "payments":
		return vars{"filter": vars{}}
	case "statement":
		return vars{"input": vars{"contactId": c.ids["contact"]}}
	case "balanceChanged":
		return vars{"contactIds": []any{c.ids["contact"]}}
	case "portalBalanceChanged", "portalDocumentChanged":
		return vars{"contactId": c.ids["contact"]}
	case "signIn":
		return vars{"input": vars{"email": "nobody@a.example", "password": "a good password"}}
	case "requestSignInLink":
		return vars{"input": vars{"email": "nobody@a.example", "purpose": "SIGN_IN"}}
	case "switchOrganization":
		return vars{"input": vars{"organizationId": c.ids["organization"]}}
	case "changeMemberRole":
		return vars{"input": vars{"userId": c.ids["member"], "role": "READ_ONLY"}}
	case "removeMember":
		return vars{"input": vars{"userId": c.ids["member"]}}
	case "revokeApiKey":
		return id("apiKey")
	case "createContact":
		return vars{"input": vars{"company": "New"}}
	case "updateContact":
		return vars{"input": vars{"id": c.ids["contact"], "version": 1, "company": "Changed"}}
	case "archiveContact", "restoreContact", "deleteContact":
		return id("contact")
	case "restrictContact":
		return vars{"input": vars{"id": c.ids["contact"], "userIds": []any{c.ids["member"]}}}
	case "addContactNote":
		return vars{"input": vars{"contactId": c.ids["contact"], "text": "A note."}}
	case "createDocument":
		return vars{"input": vars{"type": "INVOICE", "contactId": c.ids["contact"], "lines": []any{vars{"title": "A", "unitPrice": "1"}}}}
	case "updateDocument":
		return vars{"input": vars{"id": c.ids["draft"], "version": 1, "lines": []any{vars{"title": "A", "unitPrice": "1"}}}}
	case "duplicateDocument", "creditInvoice":
		return id("invoice")
	case "acceptEstimate", "rejectEstimate", "invoiceEstimate":
		return id("estimate")
	case "createNumberSequence":
		return vars{"input": vars{"documentType": "INVOICE", "name": "B"}}
	case "updateNumberSequence":
		return vars{"input": vars{"id": c.ids["sequence"], "prefix": "X"}}
	case "createExpenseCategory":
		return vars{"input": vars{"name": "Travel"}}
	case "updateExpenseCategory":
		return vars{"input": vars{"id": c.ids["expenseCategory"], "version": 1, "name": "Changed"}}
	case "deleteExpenseCategory":
		return id("expenseCategory")
	case "expenseCategories":
		return vars{"archived": true}
	case "computeTotals":
		return vars{"input": vars{"currency": "EUR", "lines": []any{vars{"title": "A", "unitPrice": "1"}}}}
	case "documentSummary", "documentChanged":
		return vars{}
	case "issueDocument", "deleteDocument":
		return id("draft")
	case "revertDocument", "voidDocument", "restoreDocument":
		return id("invoice")
	case "recordPayment":
		return vars{"input": vars{"contactId": c.ids["contact"], "amount": "1"}}
	case "allocatePayment":
		return vars{"input": vars{"paymentId": c.ids["payment"], "oldestFirst": true}}
	case "unallocatePayment":
		return vars{"input": vars{"paymentId": c.ids["payment"]}}
	case "voidPayment":
		return id("payment")
	case "inviteToPortal":
		return vars{"input": vars{"contactId": c.ids["contact"], "email": "new@a.example"}}
	case "revokePortalAccess":
		return id("grant")
	}
	if a := c.portalArguments(field); a != nil {
		return a
	}
	if a := c.onlineArguments(field); a != nil {
		return a
	}
	if a := c.jobArguments(field); a != nil {
		return a
	}
	if a := c.moneyArguments(field); a != nil {
		return a
	}
	if a := c.projectArguments(field); a != nil {
		return a
	}
	return c.contactArguments(field)
}

// kinds say what an id in an argument is of, where the field's name does not.
var kinds = map[string][]string{
	"node.id":                   {"contact", "draft", "invoice", "payment", "work", "organization"},
	"document.id":               {"draft", "invoice"},
	"markNoticesSeen.input.ids": {"notice"}, "acceptPortalEstimate.input.id": {"invoice"}, "rejectPortalEstimate.input.id": {"invoice"},
	"payment.id":                  {"payment"},
	"signIn.input.organizationId": {"organization"}, "requestSignInLink.input.organizationId": {"organization"},
	"switchOrganization.input.organizationId": {"organization"},
	"revokeApiKey.input.id":                   {"apiKey"},
	"revokePortalAccess.input.id":             {"grant"},
	"voidPayment.input.id":                    {"payment"},
	"changeMemberRole.input.userId":           {"member"},
	"removeMember.input.userId":               {"member"},
	"restrictContact.input.userIds":           {"member"},
	"createContact.input.addresses.id":        {"address"}, "updateContact.input.addresses.id": {"address"},
	"createContact.input.emails.id": {"email"}, "updateContact.input.emails.id": {"email"},
	"createContact.input.phones.id": {"phone"}, "updateContact.input.phones.id": {"phone"},
	"contactImport.id": {"import"}, "contactImportProgress.id": {"import"},
	"createTrackingCategory.input.options.id": {"option"}, "updateTrackingCategory.input.options.id": {"option"},
	"unmergeContacts.input.mergeId":    {"merge"},
	"applyRegistryCheck.input.checkId": {"check"},
}

func kindsOf(path string) []string {
	if k, ok := kinds[path]; ok {
		return k
	}
	if k := onlineKinds(path); k != nil {
		return k
	}
	if k := projectKinds(path); k != nil {
		return k
	}
	if k := moneyKind(path); k != nil {
		return k
	}
	if k := jobKinds(path); k != nil {
		return k
	}
	switch {
	case strings.HasSuffix(path, ".addresses.id"):
		return []string{"address"}
	case strings.HasSuffix(path, ".emails.id"):
		return []string{"email"}
	case strings.HasSuffix(path, ".phones.id"):
		return []string{"phone"}
	case strings.HasSuffix(path, "ptionIds"), strings.HasSuffix(path, "ptionId"):
		return []string{"option"}
	case strings.HasSuffix(path, "lines.categoryId"), strings.Contains(path, "ExpenseCategory."):
		return []string{"expenseCategory"}
	case strings.HasSuffix(path, "lines.id"):
		return []string{"line"}
	case strings.HasSuffix(path, "productId"):
		return []string{"product"}
	case strings.HasSuffix(path, "projectId"):
		return []string{"work"}
	case strings.HasSuffix(path, "equenceId"), strings.Contains(path, "NumberSequence."):
		return []string{"sequence"}
	case strings.HasSuffix(path, "ategoryId"), strings.Contains(path, "TrackingCategory."):
		return []string{"category"}
	case strings.Contains(path, "ContactNote."):
		return []string{"note"}
	case strings.Contains(path, "Attachment.") && strings.HasSuffix(path, ".id"):
		return []string{"attachment"}
	case strings.Contains(path, "ContactImport."):
		return []string{"import"}
	case strings.HasSuffix(path, "survivorId"), strings.HasSuffix(path, "loserIds"), strings.HasSuffix(path, "otherId"), strings.HasSuffix(path, "input.ids"),
		strings.HasSuffix(path, "input.contacts.id"):
		return []string{"contact"}
	case strings.HasSuffix(path, "ontactId"), strings.HasSuffix(path, "ontactIds"), strings.Contains(path, "ontact.") && strings.HasSuffix(path, ".id"):
		return []string{"contact"}
	case strings.Contains(path, "Estimate.") && strings.HasSuffix(path, ".id"):
		return []string{"estimate"}
	case (strings.Contains(path, "Document.") || strings.Contains(path, "nvoice.")) && strings.HasSuffix(path, ".id"), path == "documentChanged.ids":
		return []string{"draft", "invoice"}
	case strings.HasSuffix(path, "documentId"), strings.HasSuffix(path, "documentIds"):
		return []string{"invoice"}
	case strings.HasSuffix(path, "paymentId"):
		return []string{"payment"}
	}
	return nil
}

// idPaths are the places of ids in the arguments of a field, found in the schema.
func idPaths(schema *ast.Schema, f *ast.FieldDefinition) (out []string) {
	var walk func(path string, t *ast.Type, depth int)
	walk = func(path string, t *ast.Type, depth int) {
		d := schema.Types[t.Name()]
		switch {
		case t.Name() == "ID":
			out = append(out, path)
		case d.Kind == ast.InputObject && depth < 6:
			for _, in := range d.Fields {
				walk(path+"."+in.Name, in.Type, depth+1)
			}
		}
	}
	for _, a := range f.Arguments {
		walk(f.Name+"."+a.Name, a.Type, 0)
	}
	return out
}

// with puts an id into arguments, at a path that the schema gave.
func with(schema *ast.Schema, f *ast.FieldDefinition, arguments vars, path, id string) vars {
	names := strings.Split(path, ".")[1:]
	argument := f.Arguments.ForName(names[0])
	out := maps.Clone(arguments)
	out[names[0]] = put(schema, argument.Type, out[names[0]], names[1:], id)
	return out
}

func put(schema *ast.Schema, t *ast.Type, old any, names []string, id string) any {
	if t.Elem != nil {
		var first any
		if list, ok := old.([]any); ok && len(list) > 0 {
			first = list[0]
		}
		return []any{put(schema, t.Elem, first, names, id)}
	}
	if len(names) == 0 {
		return id
	}
	object, _ := old.(map[string]any)
	object = maps.Clone(object)
	if object == nil {
		object = required(schema, t.Name())
	}
	object[names[0]] = put(schema, schema.Types[t.Name()].Fields.ForName(names[0]).Type, object[names[0]], names[1:], id)
	switch names[0] { // what rules out another place in the same input
	case "allocations":
		delete(object, "oldestFirst")
	case "documentId":
		delete(object, "template")
	case "sources":
		object["kind"] = "CLIENT_REFUND"
	case "contactId":
		delete(object, "projectIds")
	}
	return object
}

// required fills in what an item of a list cannot be without.
func required(schema *ast.Schema, input string) map[string]any {
	out := map[string]any{}
	for _, f := range schema.Types[input].Fields {
		if f.Type.NonNull && f.Type.Name() != "ID" {
			out[f.Name] = map[string]any{"amount": "1", "email": "x@a.example", "number": "2101234567", "name": "New", "date": "2026-03-02", "was": 0, "seconds": 60}[f.Name]
		}
	}
	if input == "LineInput" { // or a product
		out["title"], out["unitPrice"] = "A", "1"
	}
	return out
}

// operation writes a field with variables for its arguments.
func operationOf(schema *ast.Schema, kind string, f *ast.FieldDefinition) string {
	var declared, passed []string
	for _, a := range f.Arguments {
		declared = append(declared, fmt.Sprintf("$%s: %s", a.Name, a.Type))
		passed = append(passed, fmt.Sprintf("%s: $%s", a.Name, a.Name))
	}
	selection := "{ __typename }"
	switch d := schema.Types[f.Type.Name()]; {
	case d.Fields.ForName("totalCount") != nil:
		selection = "{ nodes { __typename } totalCount }"
	case d.Fields.ForName("results") != nil && schema.Types[d.Fields.ForName("results").Type.Name()].Fields.ForName("errors") != nil:
		selection = "{ results { errors { code field } } }"
	case d.Fields.ForName("count") != nil:
		selection = "{ count }"
	case d.Kind == ast.Scalar:
		selection = ""
	}
	if len(declared) == 0 {
		return fmt.Sprintf("%s { %s %s }", kind, f.Name, selection)
	}
	return fmt.Sprintf("%s(%s) { %s(%s) %s }", kind, strings.Join(declared, ", "), f.Name, strings.Join(passed, ", "), selection)
}

// dump is every row of every table.
func (s *testServer) dump(t *testing.T) map[string][]string {
	t.Helper()
	ctx := viewer.AsSystem(context.Background(), "a test compares the database before and after")
	out := map[string][]string{}
	for _, table := range entmigrate.Tables {
		rows, err := s.db.QueryContext(ctx, "SELECT * FROM "+table.Name+" ORDER BY id")
		if err != nil {
			t.Fatal(err)
		}
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]any, len(names)), make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			out[table.Name] = append(out[table.Name], fmt.Sprint(values...))
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// Every id that any root field takes, wherever in its arguments, is tried with the id of
// another organization's object. A field that is added later is tried too, or fails here.
func TestAnothersIDIsNotFoundInAnyArgumentOfTheAPI(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		a, b := s.newTenant(t, "a"), s.newTenant(t, "b")
		schema := graph.Schema(s.graph).Schema()
		before, tried := s.dump(t), 0
		for kind, root := range map[string]*ast.Definition{"query": schema.Query, "mutation": schema.Mutation, "subscription": schema.Subscription} {
			for _, f := range root.Fields {
				for _, path := range idPaths(schema, f) {
					if path == "addAttachment.input.contactId" || path == "addAttachment.input.documentId" || path == "computeTotals.input.lines.id" || path == "computeTotals.input.lines.projectId" {
						continue // takes a file: package attachment tries it; or is not looked up, because nothing is stored
					}
					arguments, of := a.arguments(f.Name), kindsOf(path)
					if arguments == nil || of == nil {
						t.Errorf("%s is not known to this test", path)
						continue
					}
					for _, object := range of {
						tried++
						tryAnothersID(t, a, operationOf(schema, kind, f), path+" of "+object, with(schema, f, arguments, path, b.ids[object]), kind == "subscription")
					}
				}
			}
		}
		if tried < 45 {
			t.Errorf("only %d ids were tried", tried)
		}
		if diff := cmp.Diff(before, s.dump(t)); diff != "" {
			t.Errorf("something was written (-before +after):\n%s", diff)
		}
	})
}

func tryAnothersID(t *testing.T, a *tenant, operation, name string, arguments vars, follow bool) {
	t.Helper()
	var r *result
	if follow {
		p := a.talk()
		p.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": operation, "variables": arguments}})
		got := p.hear()
		if got["type"] != "error" {
			t.Errorf("%s: %v", name, got)
			return
		}
		e := got["payload"].([]any)[0].(map[string]any)
		r = &result{t: t, Errors: []resultError{{Message: fmt.Sprint(e["message"]), Extensions: e["extensions"].(map[string]any)}}}
	} else {
		r = a.try(operation, arguments)
	}
	want := []any{"NOT_FOUND"}
	switch {
	case isBulk(operation):
		bulkNotFound(t, name, r)
		return
	case strings.Contains(name, "filter") && !strings.Contains(name, "optionIds"):
		if strings.HasSuffix(fmt.Sprint(r.Data), ":map[count:0]]") {
			return
		}
		if data := fmt.Sprint(r.Data); len(r.Errors) > 0 || !strings.Contains(data, "nodes:[]") || !strings.Contains(data, "totalCount:0") {
			t.Errorf("%s: %v %v", name, r.Data, r.Errors)
		}
		return
	case strings.HasPrefix(name, "computeTotals.input.lines.categoryId"):
		want = []any{"INVALID"} // a sale has no expense category, and nothing is looked up
	case strings.Contains(name, ".itemIds"):
		want = []any{"NOT_FOUND", "CONFLICT"} // what is not there and what is billed are told alike
	case strings.HasPrefix(name, "requestSignInLink"):
		want = []any{"CONFLICT"} // without a relay; with one, everyone gets one answer
	case strings.HasPrefix(name, "signIn"):
		want = []any{"UNAUTHENTICATED"}
	case strings.HasPrefix(name, "portal"), strings.HasPrefix(name, "payOnline"), forCustomers[strings.Split(name, ".")[0]]:
		want = []any{"FORBIDDEN"} // staff are no customers
	}
	if len(r.Errors) == 0 {
		t.Errorf("%s: answered %v", name, r.Data)
	}
	for _, e := range r.Errors {
		if !slices.Contains(want, e.Extensions["code"]) {
			t.Errorf("%s: %v %s", name, e.Extensions, e.Message)
		}
	}
}

// A portal customer, a member without permissions and nobody try every staff field with
// ids that are right.
func TestStaffFieldsAnswerStaffAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		a := s.newTenant(t, "a")
		schema := graph.Schema(s.graph).Schema()
		customer, keeper := s.customerOf(t, a), s.timeKeeperOf(t, a)
		before := s.dump(t)
		for who, c := range map[string]*caller{"a customer": customer, "a time-keeper": keeper, "nobody": s.nobody(t)} {
			for kind, root := range map[string]*ast.Definition{"query": schema.Query, "mutation": schema.Mutation} {
				for _, f := range root.Fields {
					if openToAll[f.Name] || (who == "a customer" && (forCustomers[f.Name] || f.Name == "portal" || f.Name == "payOnline")) || (who == "a time-keeper" && openToKeepers[f.Name]) {
						continue
					}
					arguments := a.arguments(f.Name)
					if arguments == nil {
						arguments = otherArguments[f.Name]
					}
					r := c.try(operationOf(schema, kind, f), arguments)
					if len(r.Errors) == 0 {
						t.Errorf("%s: %s answered %v", who, f.Name, r.Data)
						continue
					}
					want := map[string][]any{"nobody": {"UNAUTHENTICATED"}}[who]
					if want == nil {
						want = []any{"FORBIDDEN", "NOT_FOUND"}
					}
					if got := r.Errors[0].Extensions["code"]; !slices.Contains(want, got) {
						t.Errorf("%s: %s answered %v %s", who, f.Name, got, r.Errors[0].Message)
					}
				}
			}
		}
		if diff := cmp.Diff(before, s.dump(t)); diff != "" {
			t.Errorf("something was written (-before +after):\n%s", diff)
		}
	})
}

// openToAll are fields for people who are not signed in, or for everyone about themselves.
var openToAll = map[string]bool{"__schema": true, "__type": true, "viewer": true, "createOrganization": true, "signIn": true,
	"requestSignInLink": true, "signInByLink": true, "resetPassword": true, "switchOrganization": true,
	"beginSecondFactor": true, "enableSecondFactor": true, "disableSecondFactor": true,
	"signOut": true, "signOutEverywhere": true, "changePassword": true, "updateOwnAccount": true, "acceptPortalInvitation": true,
	"addAttachment": true, "uploadContactImport": true, "setLogo": true} // take a file: see their own tests

// otherArguments are good ones for fields that take no id.
var otherArguments = map[string]vars{
	"contacts":               {"orderBy": "NAME"},
	"contactCities":          {"prefix": ""},
	"removeLogo":             {"input": vars{}},
	"trackingCategories":     {"archived": true},
	"lookupAfm":              {"input": vars{"afm": "094014201"}},
	"updateRegistrySettings": {"input": vars{"recheck": true}},
	"updateOrganization":     {"input": vars{"name": "Taken over"}},
	"addMember":              {"input": vars{"email": "evil@a.example", "name": "E", "role": "OWNER", "password": "a good password"}},
	"updatePortalSettings":   {"input": vars{"messages": false}},
	"createApiKey":           {"input": vars{"name": "evil", "role": "OWNER"}},
}

func (s *testServer) timeKeeperOf(t *testing.T, a *tenant) *caller {
	t.Helper()
	a.do(`mutation($input: AddMemberInput!) { addMember(input: $input) { member { userId } } }`,
		vars{"input": vars{"email": "time@a.example", "name": "T", "role": "TIME_KEEPER", "password": "a good password"}})
	return s.nobody(t).as(s.nobody(t).do(`mutation { signIn(input: { email: "time@a.example", password: "a good password" }) { token } }`, nil).at("signIn.token").text())
}

func (s *testServer) customerOf(t *testing.T, a *tenant) *caller {
	t.Helper()
	link := a.do(`mutation($input: InviteToPortalInput!) { inviteToPortal(input: $input) { link } }`,
		vars{"input": vars{"contactId": a.ids["contact"], "email": "customer@a.example"}}).at("inviteToPortal.link").text()
	_, token, _ := strings.Cut(link, "token=")
	return s.nobody(t).as(s.nobody(t).do(`mutation($input: AcceptPortalInvitationInput!) { acceptPortalInvitation(input: $input) { token } }`,
		vars{"input": vars{"token": token, "password": "a good password"}}).at("acceptPortalInvitation.token").text())
}

func TestACustomerFindsNothingButTheirOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		a, b := s.newTenant(t, "a"), s.newTenant(t, "b")
		customer := s.customerOf(t, a)
		other := a.do(createContact, vars{"input": vars{"company": "Other", "isClient": true}}).at("createContact.contact.id").text()
		for name, query := range map[string]string{
			"own contact":   `{ portal { contact(id: "` + a.ids["contact"] + `") { name balances { net { amount } } invoices { nodes { id number } } payments { nodes { id } } statement { closing { amount } } } } }`,
			"own invoice":   `{ portal { invoice(id: "` + a.ids["invoice"] + `") { number lines { title } } } }`,
			"the one there": `{ portal { contact { id } } }`,
		} {
			if r := customer.try(query, nil); len(r.Errors) > 0 {
				t.Errorf("%s: %v", name, r.Errors)
			}
		}
		for name, id := range map[string]string{"another contact": other, "another tenant's contact": b.ids["contact"], "an invoice": a.ids["invoice"], "no id at all": nobodysID} {
			customer.try(`query($id: ID!) { portal { contact(id: $id) { name } } }`, vars{"id": id}).refused("NOT_FOUND", "id")
			p := customer.talk()
			p.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": `subscription($id: ID) { portalBalanceChanged(contactId: $id) { contactId } }`, "variables": vars{"id": id}}})
			if got := fmt.Sprint(p.hear()); !strings.Contains(got, "NOT_FOUND") {
				t.Errorf("%s: %s", name, got)
			}
		}
		for _, id := range []string{a.ids["draft"], b.ids["invoice"], b.ids["draft"], a.ids["contact"], a.ids["payment"], nobodysID} {
			customer.try(`query($id: ID!) { portal { invoice(id: $id) { number } } }`, vars{"id": id}).refused("NOT_FOUND", "id")
		}
	})
}

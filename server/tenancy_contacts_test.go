package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/attachment"
	"github.com/kartela/kartela/contact/imports"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/registrycheck"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// fillContacts makes one of everything of contacts that has an id.
func (c *tenant) fillContacts(name string) {
	c.t.Helper()
	another := func(company string) string {
		return c.do(createContact, vars{"input": vars{"company": company, "isClient": true}}).at("createContact.contact.id").text()
	}
	category := c.do(`mutation($input: CreateTrackingCategoryInput!) { createTrackingCategory(input: $input) { category { id options { id } } } }`,
		vars{"input": vars{"title": "Region", "options": []any{vars{"title": "North"}}}}).at("createTrackingCategory.category")
	c.ids["category"], c.ids["option"] = category.at("id").text(), category.at("options.0.id").text()
	c.ids["note"] = c.do(`mutation($input: AddContactNoteInput!) { addContactNote(input: $input) { note { id } } }`,
		vars{"input": vars{"contactId": c.ids["contact"], "text": "A note."}}).at("addContactNote.note.id").text()
	c.ids["second"] = another(name + " second")
	c.ids["merge"] = c.do(`mutation($input: MergeContactsInput!) { mergeContacts(input: $input) { merge { id } } }`,
		vars{"input": vars{"survivorId": another(name + " stays"), "survivorVersion": 1, "loserIds": []any{another(name + " goes")}}}).at("mergeContacts.merge.id").text()
}

// fillFiles makes what is made of a file, and the proof of an answer of a registry, without
// asking one.
func (c *tenant) fillFiles(s *testServer, org, owner uuid.UUID) {
	c.t.Helper()
	ctx := viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Staff, Organization: org, User: owner, Role: viewer.Owner})
	file, err := s.graph.Files.Add(ctx, attachment.AddInput{ContactID: new(uuid.MustParse(c.ids["contact"])), Name: "a.txt", File: strings.NewReader("text")})
	if err != nil {
		c.t.Fatal(err)
	}
	imported, err := s.graph.Imports.Upload(ctx, imports.UploadInput{Name: "a.csv", File: strings.NewReader("Company,Email\nA,a@a.example\n")})
	if err != nil {
		c.t.Fatal(err)
	}
	check := schema.NewID()
	err = db.InTx(ctx, s.db, func(ctx context.Context, tx *ent.Tx) error {
		return tx.RegistryCheck.Create().SetID(check).SetRegistry(registrycheck.RegistryVies).
			SetCountry("EL").SetNumber("094014201").SetValid(true).SetAnsweredAt(schema.Now()).SetAnswer([]byte(`{"Name":"Registered"}`)).SetRequestedBy(owner).Exec(ctx)
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.ids["attachment"], c.ids["import"], c.ids["check"] = file.ID.String(), imported.ID.String(), check.String()
}

// contactArguments are good ones for each field of contacts that takes an id.
func (c *tenant) contactArguments(field string) vars {
	input := func(v vars) vars { return vars{"input": v} }
	switch field {
	case "contacts":
		return vars{"orderBy": "NAME", "filter": vars{}}
	case "contactSummary":
		return vars{"filter": vars{}}
	case "contactImport", "contactImportProgress":
		return vars{"id": c.ids["import"]}
	case "mergePreview":
		return input(vars{"survivorId": c.ids["contact"], "loserIds": []any{c.ids["second"]}})
	case "mergeContacts":
		return input(vars{"survivorId": c.ids["contact"], "survivorVersion": 1, "loserIds": []any{c.ids["second"]}})
	case "unmergeContacts":
		return input(vars{"mergeId": c.ids["merge"]})
	case "dismissDuplicate":
		return input(vars{"contactId": c.ids["contact"], "otherId": c.ids["second"]})
	case "updateContactNote":
		return input(vars{"id": c.ids["note"], "text": "Changed."})
	case "deleteContactNote":
		return input(vars{"id": c.ids["note"]})
	case "createContacts":
		return input(vars{"contacts": []any{vars{"company": "New"}}})
	case "updateContacts":
		return input(vars{"contacts": []any{vars{"id": c.ids["contact"], "version": 1, "company": "Changed"}}})
	case "archiveContacts", "restoreContacts", "deleteContacts":
		return input(vars{"ids": []any{c.ids["contact"]}})
	case "setContactsOption":
		return input(vars{"ids": []any{c.ids["contact"]}, "categoryId": c.ids["category"], "optionId": c.ids["option"]})
	case "deleteAttachment":
		return input(vars{"id": c.ids["attachment"]})
	case "createTrackingCategory":
		return input(vars{"title": "New", "options": []any{vars{"title": "South"}}})
	case "updateTrackingCategory":
		return input(vars{"id": c.ids["category"], "version": 1, "options": []any{vars{"title": "South"}}})
	case "deleteTrackingCategory":
		return input(vars{"id": c.ids["category"]})
	case "configureContactImport":
		return input(vars{"id": c.ids["import"], "version": 1, "asClients": true})
	case "checkContactImport", "runContactImport", "cancelContactImport", "undoContactImport":
		return input(vars{"id": c.ids["import"]})
	case "lookupVat":
		return input(vars{"country": "EL", "vatNumber": "094014201", "contactId": c.ids["contact"]})
	case "lookupAfm":
		return input(vars{"afm": "094014201", "contactId": c.ids["contact"]})
	case "applyRegistryCheck":
		return input(vars{"checkId": c.ids["check"], "contactId": c.ids["contact"], "version": 1, "fields": []any{"COMPANY"}})
	}
	return nil
}

// isBulk says whether the operation answers item by item.
func isBulk(operation string) bool { return strings.Contains(operation, "results { errors") }

// bulkNotFound holds that each item is told as not found, by the request or by its own result.
func bulkNotFound(t *testing.T, name string, r *result) {
	t.Helper()
	if len(r.Errors) > 0 {
		if got := r.Errors[0].Extensions["code"]; got != "NOT_FOUND" {
			t.Errorf("%s: %v %s", name, got, r.Errors[0].Message)
		}
		return
	}
	if data := fmt.Sprint(r.Data); !strings.Contains(data, "NOT_FOUND") || strings.Contains(data, "errors:[]") {
		t.Errorf("%s: answered %v", name, data)
	}
}

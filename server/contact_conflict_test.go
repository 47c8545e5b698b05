package main

import "testing"

func TestAStaleChangeIsAnsweredWithTheContactAsItIs(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		const update = `mutation($input: UpdateContactInput!) { updateContact(input: $input) { contact { version } } }`
		made := owner.do(`mutation($input: CreateContactInput!) { createContact(input: $input) { contact { id version } } }`,
			vars{"input": vars{"company": "ΑΕ", "emails": []vars{{"email": "a@a.example"}}}}).at("createContact.contact")
		id := made.at("id").text()
		owner.do(update, vars{"input": vars{"id": id, "version": 1, "company": "ΟΕ"}})
		r := owner.try(update, vars{"input": vars{"id": id, "version": 1, "company": "ΕΕ"}})
		r.refused("CONFLICT", "version")
		if len(r.Errors) != 1 {
			t.Fatalf("answered %+v", r.Errors)
		}
		now, _ := r.Errors[0].Extensions["current"].(map[string]any)
		if now["id"] != id || now["company"] != "ΟΕ" || now["version"] != 2.0 || len(now["emails"].([]any)) != 1 {
			t.Errorf("the contact as it is: %v", now)
		}
	})
}

func TestManyContactsAreAnsweredOneByOne(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		r := owner.do(`mutation($input: CreateContactsInput!) { createContacts(input: $input) { succeeded failed results { id contact { displayName options { title } } errors { code field message } } } }`,
			vars{"input": vars{"contacts": []vars{{"company": "ΑΕ"}, {"profession": "Φούρνος"}}}}).at("createContacts")
		if r.at("succeeded").is != 1.0 || r.at("failed").is != 1.0 || r.at("results.0.contact.displayName").text() != "ΑΕ" ||
			r.at("results.1.id").is != nil || r.at("results.1.errors.0.code").text() != "INVALID" || r.at("results.1.errors.0.field").text() != "company" {
			t.Errorf("answered %v", r.is)
		}
		category := owner.do(`mutation($input: CreateTrackingCategoryInput!) { createTrackingCategory(input: $input) { category { id options { id title category { title } } } } }`,
			vars{"input": vars{"title": "Κανάλι", "options": []vars{{"title": "Λιανική"}}}}).at("createTrackingCategory.category")
		option := category.at("options.0.id").text()
		set := owner.do(`mutation($input: SetContactsOptionInput!) { setContactsOption(input: $input) { results { contact { options { title category { title } } lastActivityAt } } } }`,
			vars{"input": vars{"ids": []any{r.at("results.0.id").is}, "categoryId": category.at("id").is, "optionId": option}}).at("setContactsOption")
		if set.at("results.0.contact.options.0.category.title").text() != "Κανάλι" {
			t.Errorf("answered %v", set.is)
		}
		listed := owner.do(`query($f: ContactFilter) { contacts(filter: $f, orderBy: BALANCE) { totalCount nodes { displayName } }
			contactSummary(filter: $f) { count totals { net { amount } } } contactCities trackingCategories { title options { title } } }`,
			vars{"f": vars{"optionIds": []string{option}, "hasOverdue": false, "balance": vars{"min": "0"}}})
		if listed.at("contacts.nodes.0.displayName").text() != "ΑΕ" || listed.at("contactSummary.count").is != 1.0 || listed.at("trackingCategories.0.options.0.title").text() != "Λιανική" {
			t.Errorf("listed %v", listed.Data)
		}
	})
}

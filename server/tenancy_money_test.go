package main

import "strings"

// fillMoney makes one of everything of documents and credits that has an id and is not made
// yet.
func (c *tenant) fillMoney() {
	c.t.Helper()
	input := func(v vars) vars { return vars{"input": v} }
	c.ids["credit"] = c.do(`mutation($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }`, input(vars{
		"type": "CREDIT_NOTE", "contactId": c.ids["contact"], "lines": []vars{{"title": "A", "unitPrice": "10"}}})).at("createDocument.document.id").text()
	c.do(`mutation($input: DocumentIdInput!) { issueDocument(input: $input) { document { id } } }`, input(vars{"id": c.ids["credit"]}))
	c.ids["link"] = c.do(`mutation($input: CreateDocumentLinkInput!) { createDocumentLink(input: $input) { link { id } } }`,
		input(vars{"documentId": c.ids["invoice"]})).at("createDocumentLink.link.id").text()
}

// moneyArguments are good ones for each of their fields that takes an id.
func (c *tenant) moneyArguments(field string) vars {
	input := func(v vars) vars { return vars{"input": v} }
	of := func(v vars) vars {
		v["contactId"], v["side"], v["currency"] = c.ids["contact"], "CLIENT", "EUR"
		return v
	}
	switch field {
	case "computeTotals":
		return input(vars{"currency": "EUR", "lines": []any{vars{"title": "A", "unitPrice": "1"}}})
	case "createDocumentLink":
		return input(vars{"documentId": c.ids["invoice"]})
	case "revokeDocumentLink":
		return input(vars{"id": c.ids["link"]})
	case "openDocuments":
		return of(vars{})
	case "proposeAllocation":
		return of(vars{"amount": "1"})
	case "recordPayments":
		return input(vars{"payments": []any{vars{"contactId": c.ids["contact"], "amount": "1"}}})
	case "updatePayment":
		return input(vars{"id": c.ids["payment"], "version": 1, "notes": "Changed"})
	case "deletePayment":
		return input(vars{"id": c.ids["payment"]})
	case "applyCredit":
		return input(vars{"creditId": c.ids["credit"], "oldestFirst": true})
	case "unapplyCredit":
		return input(vars{"creditId": c.ids["credit"]})
	case "paymentSummary":
		return vars{"filter": vars{}}
	}
	return nil
}

// moneyKind says what an id in an argument of theirs is of.
func moneyKind(path string) []string {
	for _, k := range []struct {
		kind string
		ends []string
	}{
		{"work", []string{".projectId"}},
		{"member", []string{".userId"}},
		{"credit", []string{".creditId"}},
		{"sequence", []string{".sequenceId"}},
		{"line", []string{".lines.id"}},
		{"link", []string{"DocumentLink.input.id"}},
		{"payment", []string{"Payment.input.id"}},
		{"draft", []string{"Document.input.id"}},
	} {
		for _, end := range k.ends {
			if strings.HasSuffix(path, end) {
				return []string{k.kind}
			}
		}
	}
	return nil
}

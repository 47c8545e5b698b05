package main

import (
	"context"
	"strings"
	"testing"
	"time"
)

// fillJobs makes one of everything of the price list and of recurring invoices that has an id.
func (c *tenant) fillJobs() {
	c.t.Helper()
	c.ids["product"] = c.do(`mutation($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }`,
		vars{"input": vars{"title": "Hour", "unitPrice": "10"}}).at("createProduct.product.id").text()
	c.ids["recurring"] = c.do(`mutation($input: CreateRecurringInvoiceInput!) { createRecurringInvoice(input: $input) { recurringInvoice { id } } }`,
		vars{"input": vars{"name": "Rent", "starts": "2199-01-01", "documentId": c.ids["invoice"]}}).at("createRecurringInvoice.recurringInvoice.id").text()
}

// jobArguments are good ones for each of their fields that takes an id.
func (c *tenant) jobArguments(field string) vars {
	input := func(v vars) vars { return vars{"input": v} }
	template := vars{"type": "INVOICE", "contactId": c.ids["contact"], "lines": []any{vars{"title": "A", "unitPrice": "1"}}}
	switch field {
	case "products":
		return vars{"orderBy": "TITLE"}
	case "exchangeRate":
		return vars{"currency": "USD"}
	case "updateReminderDays":
		return input(vars{"days": []any{1}})
	case "retryJob", "cancelJob":
		return input(vars{"id": "1"})
	case "product":
		return vars{"id": c.ids["product"]}
	case "createProduct":
		return input(vars{"title": "New", "unitPrice": "1"})
	case "updateProduct":
		return input(vars{"id": c.ids["product"], "version": 1, "title": "Changed"})
	case "archiveProduct", "restoreProduct", "deleteProduct":
		return input(vars{"id": c.ids["product"]})
	case "recurringInvoice":
		return vars{"id": c.ids["recurring"]}
	case "recurringInvoices":
		return vars{"filter": vars{}}
	case "createRecurringInvoice":
		return input(vars{"name": "New", "starts": "2199-01-01", "template": template})
	case "updateRecurringInvoice":
		return input(vars{"id": c.ids["recurring"], "version": 1, "template": template})
	case "pauseRecurringInvoice", "resumeRecurringInvoice", "deleteRecurringInvoice":
		return input(vars{"id": c.ids["recurring"]})
	case "doneReminder", "skipReminder":
		return input(vars{"documentId": c.ids["invoice"], "days": 3})
	}
	return nil
}

// jobKinds say what an id in an argument of these fields is of.
func jobKinds(path string) []string {
	field, _, _ := strings.Cut(path, ".")
	switch {
	case strings.HasSuffix(path, "productId"), path == "product.id", strings.HasSuffix(field, "Product") && strings.HasSuffix(path, "input.id"):
		return []string{"product"}
	case path == "recurringInvoice.id", strings.HasSuffix(field, "RecurringInvoice") && strings.HasSuffix(path, "input.id"):
		return []string{"recurring"}
	}
	return nil
}

// A recurring invoice that is due is made in the background, and its job is seen.
func TestADueRecurringInvoiceIsMadeInTheBackground(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		a := s.newTenant(t, "a")
		stop, err := s.queue(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		today := time.Now().Format(time.DateOnly)
		id := a.do(`mutation($input: CreateRecurringInvoiceInput!) { createRecurringInvoice(input: $input) { recurringInvoice { id } } }`,
			vars{"input": vars{"name": "Rent", "starts": time.Now().AddDate(0, 0, -2).Format(time.DateOnly), "every": 1, "period": "DAY", "ends": today,
				"issue": true, "documentId": a.ids["invoice"]}}).at("createRecurringInvoice.recurringInvoice.id").text()
		over := func() bool {
			got := a.do(`query($id: ID!) { recurringInvoice(id: $id) { state error made lastDocument { number status } } }`, vars{"id": id}).at("recurringInvoice")
			if e := got.at("error").text(); e != "" {
				t.Fatal(e)
			}
			return got.at("state").text() == "OVER" && got.at("lastDocument.status").text() == "ISSUED"
		}
		patience := time.NewTicker(50 * time.Millisecond)
		defer patience.Stop()
		for range 600 {
			if over() {
				break
			}
			<-patience.C
		}
		if !over() {
			t.Fatal("it was not made")
		}
		jobs := a.do(`{ jobs(filter: { kinds: ["recurring_invoice"] }) { nodes { kind subjectId ofServer state failures { text } } } }`, nil).at("jobs.nodes.0")
		if jobs.at("subjectId").text() != id {
			t.Errorf("jobs %v", jobs.is)
		}
	})
}

package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kartela/kartela/job"
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

// Administrators follow the jobs of their business and the server's own, and nobody else's: each is
// told as it is asked for, begun and over, in that order; with another server on the same database.
func TestJobsAreFollowed(t *testing.T) {
	twoProcesses(t, func(t *testing.T, a, b *testServer) {
		owner := a.owner(t)
		other := b.nobody(t).as(owner.token)
		follow := `subscription { jobChanged { id kind state ofServer } }`
		jobs := other.subscribe(follow, nil)
		until(t, "jobs are followed", func() bool { return b.relay.Hints.Waiting(owner.organization(), job.Topic) == 1 })
		stop, err := a.queue(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(stop)
		seen := map[string][]string{}
		for !slices.Contains(seen["tidy"], "COMPLETED") || !slices.Contains(seen["recurring_invoices"], "COMPLETED") {
			j := jobs.next().at("jobChanged")
			kind := j.at("kind").text()
			seen[kind] = append(seen[kind], j.at("state").text())
			if j.at("ofServer").is != true {
				t.Errorf("told of %v", j.is)
			}
		}
		order := []string{"WAITING", "RUNNING", "RETRYING", "COMPLETED"}
		for kind, states := range seen {
			if !slices.IsSortedFunc(states, func(x, y string) int { return slices.Index(order, x) - slices.Index(order, y) }) {
				t.Errorf("%s was %v", kind, states)
			}
		}
		s := owner.colleague(t, "SALES").subscribe(follow, nil)
		if got := s.hear(); got["type"] != "error" {
			t.Errorf("sales staff are told %v", got)
		}
		late := other.subscribe(follow, nil)
		if got := late.next().at("jobChanged.state").text(); got != "COMPLETED" && got != "RUNNING" && got != "WAITING" {
			t.Errorf("who comes later begins with %s", got)
		}
	})
}

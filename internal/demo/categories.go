package demo

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/tracking"
	"github.com/kartela/kartela/viewer"
)

// category is a tracking category of the demonstration; of gives the option of a contact.
type category struct {
	title   string
	options []string
	of      func(c *planned) int // -1 for none
}

var categories = []category{
	{"Περιοχή πωλήσεων", []string{"Αττική", "Βόρεια Ελλάδα", "Υπόλοιπη Ελλάδα", "Εξωτερικό"}, func(c *planned) int {
		switch {
		case c.home != "GR":
			return 3
		case len(c.fields.Addresses) == 0:
			return -1
		case c.fields.Addresses[0].Region == "Αττική":
			return 0
		case c.fields.Addresses[0].Region == "Κεντρική Μακεδονία":
			return 1
		}
		return 2
	}},
	{"Κανάλι", []string{"Χονδρική", "Λιανική"}, func(c *planned) int {
		if !*c.fields.IsClient {
			return -1
		}
		if c.firm {
			return 0
		}
		return 1
	}},
}

// categorize makes the tracking categories and gives the contacts their options.
func (w *writer) categorize(ctx context.Context) error {
	ctx = viewer.With(ctx, w.owner)
	for _, c := range categories {
		in := tracking.CreateInput{Title: c.title}
		for _, o := range c.options {
			in.Options = append(in.Options, &tracking.OptionInput{Title: o})
		}
		made, err := w.Tracking.Create(ctx, in)
		if err != nil {
			return fmt.Errorf("category %s: %w", c.title, err)
		}
		options, err := made.Options(ctx)
		if err != nil {
			return err
		}
		for i, o := range options {
			if err := w.giveOption(ctx, made.ID, o.ID, i, c.of); err != nil {
				return fmt.Errorf("category %s: %w", c.title, err)
			}
		}
	}
	return nil
}

// giveOption gives the option of the place to the contacts that have it.
func (w *writer) giveOption(ctx context.Context, category, option uuid.UUID, place int, of func(*planned) int) error {
	var ids []uuid.UUID
	for i, c := range w.plan.contacts {
		if of(c) == place {
			ids = append(ids, w.ids[i])
		}
	}
	if len(ids) == 0 {
		return nil
	}
	done, err := w.Contact.SetOption(ctx, contact.SetOptionInput{IDs: ids, CategoryID: category, OptionID: &option})
	if err != nil {
		return err
	}
	for _, d := range done {
		if len(d.Errors) > 0 {
			return d.Errors[0]
		}
	}
	return nil
}

// twice writes a client down a second time, as happens: by its e-mail address alone, so that
// a duplicate is suggested.
func (w *writer) twice(ctx context.Context) error {
	ctx = viewer.With(ctx, w.sales)
	first := w.plan.contacts[len(customers)].fields
	yes := true
	_, err := w.Contact.Create(ctx, contact.CreateInput{Fields: contact.Fields{Company: first.Company, IsClient: &yes,
		Emails: []*contact.EmailInput{{Email: first.Emails[0].Email, Primary: true}}}})
	return err
}

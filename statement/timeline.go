package statement

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// TimelineKind is what stands in a timeline.
type TimelineKind string

// The kinds.
const (
	TimelineDocument   TimelineKind = "DOCUMENT"
	TimelinePayment    TimelineKind = "PAYMENT"
	TimelineNote       TimelineKind = "NOTE"
	TimelineAttachment TimelineKind = "ATTACHMENT"
	TimelineChange     TimelineKind = "CHANGE"
)

// ranks is the order of the kinds at one instant: what stands later here comes first in the
// timeline. A cursor holds its kind's name, so that new kinds may come anywhere.
var ranks = []TimelineKind{TimelineChange, TimelineDocument, TimelinePayment, TimelineNote, TimelineAttachment}

// TimelineItem is one thing in a timeline, with those of its kind that were read together
// with it.
type TimelineItem struct {
	Kind  TimelineKind
	At    time.Time
	ID    uuid.UUID   // of the thing
	Group *page.Group // of the ids of its kind

	contact uuid.UUID
}

type timelineKey struct {
	kinds string
	size  int
}

// Timeline reads a page of what happened with a contact, newest first: documents and payments
// by their date, notes and files by when they were added, and the changes of the contact
// itself. What belongs to a type that the viewer may not see is left out. The first page is
// read for a whole group of contacts by one statement, any other for the one contact; what
// the items are, by one statement a kind.
//
// Faults: INVALID for a bad page; FORBIDDEN when changes are asked for by name without
// SeeAudit; UNAUTHENTICATED.
func (s *Service) Timeline(ctx context.Context, c *contact.Contact, first *int, after *string, kinds []TimelineKind) (*page.Connection[*TimelineItem], error) {
	v, err := viewer.RequireStaff(ctx, viewer.SeeContacts)
	if err != nil {
		return nil, err
	}
	if kinds == nil {
		kinds = ranks
	} else if slices.Contains(kinds, TimelineChange) {
		if _, err := viewer.RequireStaff(ctx, viewer.SeeAudit); err != nil {
			return nil, err
		}
	}
	req, err := (page.Args{First: first, After: after}).Check("timeline", func(key string) error { _, err := parsePlace(key); return err })
	if err != nil {
		return nil, err
	}
	t := timeline{db: s.DB, viewer: v, size: req.Size + 1}
	for _, k := range ranks {
		if slices.Contains(kinds, k) {
			t.kinds = append(t.kinds, k)
		}
	}
	cursor := func(i *TimelineItem) page.Cursor {
		return page.Cursor{Kind: "timeline", Key: place{at: i.At, kind: i.Kind}.String(), ID: i.ID}
	}
	if req.After != nil {
		p, _ := parsePlace(req.After.Key) // checked above
		p.id = req.After.ID
		items, err := t.read(ctx, []uuid.UUID{c.ID}, &p)
		if err != nil {
			return nil, err
		}
		return page.New(req, items, cursor, nil), nil
	}
	items, err := page.Load(ctx, c.Group, timelineKey{fmt.Sprint(t.kinds), req.Size}, c.ID,
		func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*TimelineItem, error) {
			items, err := t.read(ctx, ids, nil)
			out := make(map[uuid.UUID][]*TimelineItem, len(ids))
			for _, i := range items {
				out[i.contact] = append(out[i.contact], i)
			}
			return out, err
		})
	if err != nil {
		return nil, err
	}
	return page.New(req, items, cursor, nil), nil
}

// place is where an item stands: by time, then kind, then id.
type place struct {
	at   time.Time
	kind TimelineKind
	id   uuid.UUID
}

// String is the place without the id, as a cursor keeps it.
func (p place) String() string { return p.at.UTC().Format(time.RFC3339Nano) + " " + string(p.kind) }

func parsePlace(s string) (place, error) {
	at, kind, _ := strings.Cut(s, " ")
	t, err := time.Parse(time.RFC3339Nano, at)
	p := place{at: t, kind: TimelineKind(kind)}
	if err != nil || p.String() != s || !slices.Contains(ranks, p.kind) || t.Year() < 1900 || t.Year() > 2199 {
		return place{}, fault.New(fault.Invalid, "", "This is not a cursor of this list.")
	}
	return p, nil
}

// group has what the items are read for all of a kind at once.
func group(items []*TimelineItem) {
	ids := map[TimelineKind][]uuid.UUID{}
	for _, i := range items {
		ids[i.Kind] = append(ids[i.Kind], i.ID)
	}
	groups := map[TimelineKind]*page.Group{}
	for k, of := range ids {
		groups[k] = page.NewGroup(of...)
	}
	for _, i := range items {
		i.Group = groups[i.Kind]
	}
}

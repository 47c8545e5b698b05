package taxid

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/idempotencyrecord"
	"github.com/kartela/kartela/ent/registrycheck"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// cacheLasts is how long an answer is given again.
const cacheLasts = 24 * time.Hour

// soon is after what time it is worth asking again a registry that does not say.
const soon = time.Minute

// lookup is one question of a member of staff.
type lookup struct {
	registry  registrycheck.Registry
	number    Number
	contactID *uuid.UUID
	fresh     bool
	ask       func(context.Context) (*Answer, error)
}

var names = map[registrycheck.Registry]string{registrycheck.RegistryVies: "VIES", registrycheck.RegistryAade: "AADE"}

// LookupVAT asks VIES about a VAT number. An answer, whatever it says, is kept as the proof;
// one of the last 24 hours is given again unless the input says fresh. An outage keeps nothing.
//
// Faults: INVALID on country or vatNumber; NOT_FOUND on contactId; RATE_LIMITED;
// UNAUTHENTICATED, FORBIDDEN.
func (s *Service) LookupVAT(ctx context.Context, in LookupVATInput) (*Lookup, error) {
	v, err := viewer.RequireStaff(ctx, viewer.EditContacts)
	if err != nil {
		return nil, err
	}
	n, err := ParseVAT(in.Country, in.VatNumber)
	if err != nil {
		return nil, err
	}
	return s.lookup(ctx, lookup{registry: registrycheck.RegistryVies, number: n, contactID: in.ContactID, fresh: in.Fresh,
		ask: func(ctx context.Context) (*Answer, error) {
			org, err := s.DB.Organization.Get(ctx, v.Organization)
			if err != nil {
				return nil, fmt.Errorf("taxid: read the organization: %w", err)
			}
			return s.VIES.Ask(ctx, Question{Number: n, Requester: requester(org)})
		}})
}

// requester is the organization's own VAT number; nil when it has none of the EU.
func requester(org *ent.Organization) *Number {
	n, err := ParseVAT(nil, org.VatNumber)
	if err != nil {
		n, err = ParseVAT(&org.Country, org.VatNumber)
	}
	if err != nil {
		return nil
	}
	return &n
}

// LookupAFM asks AADE about a Greek tax number with the organization's own credentials, which
// the viewer need not see. The party that is looked up is told so by AADE. Answers are kept
// like those of VIES.
//
// Faults: INVALID on afm, without a field when the credentials are missing or refused;
// NOT_FOUND on contactId; RATE_LIMITED; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) LookupAFM(ctx context.Context, in LookupAFMInput) (*Lookup, error) {
	v, err := viewer.RequireStaff(ctx, viewer.EditContacts)
	if err != nil {
		return nil, err
	}
	afm, err := ParseAFM(in.Afm)
	if err != nil {
		return nil, err
	}
	n := Number{"EL", afm}
	return s.lookup(ctx, lookup{registry: registrycheck.RegistryAade, number: n, contactID: in.ContactID, fresh: in.Fresh,
		ask: func(ctx context.Context) (*Answer, error) {
			c, err := s.credentials(ctx, v.Organization)
			if err != nil {
				return nil, err
			}
			return s.AADE.Ask(ctx, Question{Number: n, Credentials: c})
		}})
}

// result is what an idempotency key keeps of a look-up.
type result struct {
	Check  uuid.UUID
	Cached bool
}

func (s *Service) lookup(ctx context.Context, l lookup) (*Lookup, error) {
	leave, err := s.turns.enter(ctx, turn{viewer.From(ctx).Organization, l.registry, l.number})
	if err != nil {
		return nil, fmt.Errorf("taxid: wait for another look-up: %w", err)
	}
	defer leave()
	about, err := s.about(ctx, l.contactID)
	if err != nil {
		return nil, err
	}
	repeat, err := s.repeated(ctx)
	if err != nil {
		return nil, err
	}
	var had *ent.RegistryCheck
	var answer *Answer
	if !repeat {
		had, answer, err = s.find(ctx, l)
		if o := outageIn(err); o != nil {
			return s.unavailable(ctx, l, o), nil
		}
		if err != nil {
			return nil, err
		}
	}
	kept, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (result, error) {
		switch {
		case repeat:
			return result{}, errors.New("taxid: the result of the first request was forgotten meanwhile")
		case had != nil:
			id, err := s.reuse(ctx, tx, had, about)
			return result{id, true}, err
		}
		id, err := s.keep(ctx, tx, l, answer, about)
		return result{id, false}, err
	})
	if err != nil {
		return nil, err
	}
	return s.tell(ctx, kept, about)
}

// about is the contact that was named; nil when none was.
func (s *Service) about(ctx context.Context, id *uuid.UUID) (*contact.Contact, error) {
	if id == nil {
		return nil, nil //nolint:nilnil // no contact is one of two good cases
	}
	c, err := s.Contacts.Get(ctx, *id)
	if fault.IsCode(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "contactId", "There is no such contact.")
	}
	return c, err
}

// repeated says whether the request's idempotency key has a result already: then nobody is
// asked again.
func (s *Service) repeated(ctx context.Context) (bool, error) {
	key := db.Keyed(ctx)
	if key == "" {
		return false, nil
	}
	v := viewer.From(ctx)
	found, err := s.DB.IdempotencyRecord.Query().Where(idempotencyrecord.OrganizationID(v.Organization),
		idempotencyrecord.ActorID(v.Actor()), idempotencyrecord.Key(key)).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("taxid: look for the idempotency key: %w", err)
	}
	return found, nil
}

// find gives a kept answer that is new enough, or asks.
func (s *Service) find(ctx context.Context, l lookup) (*ent.RegistryCheck, *Answer, error) {
	if !l.fresh {
		had, err := s.newest(ctx, l)
		if had != nil || err != nil {
			return had, nil, err
		}
	}
	if !s.limits.allow(viewer.From(ctx).Organization, s.Now()) {
		return nil, nil, fault.New(fault.RateLimited, "", "Your business asked the registries very often just now: try again in a minute.")
	}
	a, err := l.ask(ctx)
	return nil, a, err
}

// newest is the newest kept answer to the question that the viewer may see; nil when it is
// too old or there is none.
func (s *Service) newest(ctx context.Context, l lookup) (*ent.RegistryCheck, error) {
	rows, err := s.DB.RegistryCheck.Query().Where(
		registrycheck.RegistryEQ(l.registry), registrycheck.Country(l.number.Country), registrycheck.Number(l.number.Bare),
		registrycheck.CreatedAtGT(s.now().Add(-cacheLasts))).
		Order(registrycheck.ByCreatedAt(newestFirst), registrycheck.ByID(newestFirst)).Limit(1).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("taxid: read kept answers: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // nothing kept is one of two good cases
	}
	return rows[0], nil
}

// unavailable is what an outage looks like to a person. The log has its cause.
func (s *Service) unavailable(ctx context.Context, l lookup, o *Outage) *Lookup {
	slog.WarnContext(ctx, "taxid: a registry did not answer", "registry", l.registry, "country", l.number.Country, "reason", o.Reason, "err", o.Cause)
	out := &Lookup{Status: Unavailable, Message: o.Text, Reason: o.Reason, Differences: []*Difference{}}
	if out.Message == "" {
		out.Message = names[l.registry] + " could not answer: nothing is known of the number. Try again later."
	}
	at := o.RetryAt
	if at.IsZero() && (o.Again || o.Down) {
		at = s.now().Add(soon)
	}
	if !at.IsZero() {
		at = at.UTC()
		out.RetryAt = &at
	}
	return out
}

// tell reads the kept answer and compares it with the contact.
func (s *Service) tell(ctx context.Context, r result, about *contact.Contact) (*Lookup, error) {
	row, err := s.DB.RegistryCheck.Get(ctx, r.Check)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "", "There is no such answer.")
	}
	if err != nil {
		return nil, fmt.Errorf("taxid: read the answer: %w", err)
	}
	check := checks(row)[0]
	said, err := check.told()
	if err != nil {
		return nil, err
	}
	out := &Lookup{Status: Invalid, Message: said.Message, Cached: r.Cached, Check: check, Differences: []*Difference{}}
	if row.Valid {
		out.Status = Valid
	}
	if about != nil {
		out.Differences, err = differences(ctx, about, &said.Company)
	}
	return out, err
}

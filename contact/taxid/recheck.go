package taxid

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/ent/registrysetting"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// How the nightly check goes about it.
const (
	betweenChecks = time.Second      // at least
	lease         = 10 * time.Minute // longer than one look-up; renewed while it works
	notAgain      = 20 * time.Hour   // a number checked since is left out
)

// Recheck checks the clients of other EU states of every organization that wants it and whose
// night it is, one number at a time. It is meant to be called every few minutes, by any number
// of processes: an organization is worked on by one of them, once a night. It gives how many
// numbers were answered.
//
// What a call does not reach, because it was stopped, because VIES is out or the night is
// over, is left for the next call or the next night, the longest unchecked first.
func (s *Service) Recheck(ctx context.Context) (answered int, err error) {
	due, err := s.due(ctx)
	if err != nil {
		return 0, err
	}
	for _, d := range due {
		n, e := s.recheckOrganization(asSystem(ctx, d.org.ID, "nightly check of VAT numbers"), d)
		answered += n
		if err = errors.Join(err, e); ctx.Err() != nil {
			break
		}
	}
	return answered, err
}

// dueOrganization is one to check in this night.
type dueOrganization struct {
	org      *ent.Organization
	settings *ent.RegistrySetting
	night    night
}

// due lists the organizations to check now, the longest unchecked first.
func (s *Service) due(ctx context.Context) ([]dueOrganization, error) {
	ctx = viewer.AsSystem(ctx, "which organizations check VAT numbers")
	settings, err := s.DB.RegistrySetting.Query().Where(registrysetting.Recheck(true)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("taxid: read who checks: %w", err)
	}
	var out []dueOrganization
	for _, set := range settings {
		org, err := s.DB.Organization.Query().Where(organization.ID(set.OrganizationID), organization.ClosedAtIsNil()).Only(ctx)
		if ent.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("taxid: read who checks: %w", err)
		}
		zone, err := time.LoadLocation(org.TimeZone)
		if err != nil {
			zone = time.UTC
		}
		if n := nightOf(s.Now(), zone, org.ID); n.due(s.Now(), set.RecheckedAt) {
			out = append(out, dueOrganization{org, set, n})
		}
	}
	slices.SortFunc(out, func(a, b dueOrganization) int {
		return cmp.Or(earlier(a.settings.RecheckedAt, b.settings.RecheckedAt), cmp.Compare(a.org.ID.String(), b.org.ID.String()))
	})
	return out, nil
}

func earlier(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return a.Compare(*b)
}

// recheckOrganization works through one organization's numbers, under its lease.
func (s *Service) recheckOrganization(ctx context.Context, d dueOrganization) (answered int, err error) {
	l := &held{s: s, row: d.settings.ID}
	if got, err := l.take(ctx, d.night); err != nil || !got {
		return 0, err
	}
	over := false
	defer func() { err = errors.Join(err, l.release(context.WithoutCancel(ctx), over)) }()
	list, err := s.candidates(ctx, d.org)
	if err != nil {
		return 0, err
	}
	out := map[string]bool{} // countries that do not answer tonight
	for _, c := range list {
		if out[c.number.Country] {
			continue
		}
		if answered > 0 || len(out) > 0 {
			if err := pause(ctx, s.Pause, betweenChecks); err != nil {
				return answered, err
			}
		}
		if !d.night.in(s.Now()) {
			break
		}
		if kept, err := l.renew(ctx); err != nil || !kept {
			return answered, err
		}
		a, err := s.VIES.Ask(ctx, Question{Number: c.number, Requester: requester(d.org)})
		if ctx.Err() != nil {
			return answered, ctx.Err()
		}
		if o := outageIn(err); o != nil {
			slog.WarnContext(ctx, "taxid: the nightly check was not answered", "organization", d.org.ID, "country", c.number.Country, "reason", o.Reason, "err", o.Cause)
			if o.Whole {
				break
			}
			out[c.number.Country] = true
			continue
		}
		if fault.IsCode(err, fault.Invalid) { // VIES does not take the number: a person would be told so
			slog.WarnContext(ctx, "taxid: the nightly check was refused", "organization", d.org.ID, "contact", c.contact, "err", err)
			continue
		}
		if err != nil {
			return answered, err
		}
		if err := s.keepRecheck(ctx, c, a); err != nil {
			return answered, err
		}
		answered++
	}
	over = true
	return answered, nil
}

// held is the lease of one organization's settings.
type held struct {
	s     *Service
	row   uuid.UUID
	until time.Time
}

// take gets the lease unless another process has it, or has finished in this night.
func (l *held) take(ctx context.Context, n night) (bool, error) {
	now := l.s.now()
	return l.set(ctx, now.Add(lease), registrysetting.And(registrysetting.Recheck(true),
		registrysetting.Or(registrysetting.LockedUntilIsNil(), registrysetting.LockedUntilLTE(now)),
		registrysetting.Or(registrysetting.RecheckedAtIsNil(), registrysetting.RecheckedAtLT(n.begins))))
}

// renew keeps the lease; false when it is another process's by now.
func (l *held) renew(ctx context.Context) (bool, error) {
	now := l.s.now()
	if l.until.Sub(now) > lease/2 {
		return true, nil
	}
	return l.set(ctx, now.Add(lease), registrysetting.LockedUntil(l.until))
}

func (l *held) set(ctx context.Context, until time.Time, where condition) (bool, error) {
	n := 0
	err := db.InTx(ctx, l.s.DB, func(ctx context.Context, tx *ent.Tx) (err error) {
		n, err = tx.RegistrySetting.Update().Where(registrysetting.ID(l.row), where).SetLockedUntil(until).Save(ctx)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("taxid: lease the nightly check: %w", err)
	}
	l.until = until
	return n == 1, nil
}

// release gives the lease back; over says that the organization is done with for this night.
func (l *held) release(ctx context.Context, over bool) error {
	err := db.InTx(ctx, l.s.DB, func(ctx context.Context, tx *ent.Tx) error {
		u := tx.RegistrySetting.Update().Where(registrysetting.ID(l.row), registrysetting.LockedUntil(l.until)).ClearLockedUntil()
		if over {
			u.SetRecheckedAt(l.s.now())
		}
		return u.Exec(ctx)
	})
	if err != nil {
		return fmt.Errorf("taxid: release the nightly check: %w", err)
	}
	return nil
}

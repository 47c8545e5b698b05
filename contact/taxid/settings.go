package taxid

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/registrysetting"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// passwordOf is the place that the organization's password for AADE is sealed for.
func passwordOf(organization uuid.UUID) string {
	return "registry_settings.aade_password/" + organization.String()
}

// Settings are how the viewer's organization asks the registries.
//
// Faults: UNAUTHENTICATED, FORBIDDEN without ManageBusiness.
func (s *Service) Settings(ctx context.Context) (*Settings, error) {
	v, err := viewer.RequireStaff(ctx, viewer.ManageBusiness)
	if err != nil {
		return nil, err
	}
	row, err := s.DB.RegistrySetting.Query().Where(registrysetting.OrganizationID(v.Organization)).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("taxid: read the settings: %w", err)
	}
	out := &Settings{SecretsAvailable: s.Secrets != nil}
	if row != nil {
		out.AadeUsername, out.AadePasswordSet, out.AadeCalledBy = row.AadeUsername, len(row.AadePassword) > 0, row.AadeCalledBy
		out.Recheck, out.RecheckedAt = row.Recheck, row.RecheckedAt
	}
	return out, nil
}

// UpdateSettings changes how the organization asks the registries. The password is sealed
// before it is kept; the history says only that it was changed.
//
// Faults: INVALID on aadeUsername, aadePassword, aadeCalledBy; CONFLICT on aadePassword when
// the server has no key; UNAUTHENTICATED, FORBIDDEN without ManageBusiness.
func (s *Service) UpdateSettings(ctx context.Context, in UpdateSettingsInput) (*Settings, error) {
	v, err := viewer.RequireStaff(ctx, viewer.ManageBusiness)
	if err != nil {
		return nil, err
	}
	if err := in.normalize(); err != nil {
		return nil, err
	}
	if s.Secrets == nil && in.AadePassword != nil && *in.AadePassword != "" {
		return nil, fault.New(fault.Conflict, "aadePassword", "This server has no key to keep secrets with: whoever runs it sets KARTELA_SECRET_KEY.")
	}
	_, _, err = db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		return v.Organization, s.updateSettings(ctx, tx, v.Organization, in)
	})
	if err != nil {
		return nil, err
	}
	return s.Settings(ctx)
}

func (in *UpdateSettingsInput) normalize() error {
	var bad fault.List
	for field, s := range map[string]*string{"aadeUsername": in.AadeUsername, "aadePassword": in.AadePassword} {
		if s == nil {
			continue
		}
		*s = strings.TrimSpace(*s)
		if utf8.RuneCountInString(*s) > 200 || !utf8.ValidString(*s) || strings.ContainsFunc(*s, control) {
			bad = append(bad, fault.New(fault.Invalid, field, "At most 200 characters, in one line."))
		}
	}
	if in.AadeCalledBy != nil && strings.TrimSpace(*in.AadeCalledBy) != "" {
		afm, err := ParseAFM(*in.AadeCalledBy)
		if err != nil {
			bad = append(bad, fault.New(fault.Invalid, "aadeCalledBy", "%s", fault.From(err).Text))
		}
		in.AadeCalledBy = &afm
	}
	return bad.Err()
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

func (s *Service) updateSettings(ctx context.Context, tx *ent.Tx, organization uuid.UUID, in UpdateSettingsInput) error {
	err := tx.RegistrySetting.Create().SetOrganizationID(organization).
		OnConflict(sql.ConflictColumns(registrysetting.FieldOrganizationID)).Ignore().Exec(ctx)
	if err != nil {
		return fmt.Errorf("taxid: make the settings: %w", err)
	}
	row, err := tx.RegistrySetting.Query().Where(registrysetting.OrganizationID(organization), db.ForUpdate).Only(ctx)
	if err != nil {
		return fmt.Errorf("taxid: read the settings: %w", err)
	}
	before := settingFields(row)
	u := tx.RegistrySetting.UpdateOneID(row.ID).SetVersion(row.Version + 1).SetUpdatedAt(s.now()).
		SetNillableAadeUsername(in.AadeUsername).SetNillableAadeCalledBy(trimmed(in.AadeCalledBy)).SetNillableRecheck(in.Recheck)
	switch {
	case in.AadePassword == nil:
	case *in.AadePassword == "":
		u.ClearAadePassword()
	default:
		sealed, err := s.Secrets.Seal([]byte(*in.AadePassword), passwordOf(organization))
		if err != nil {
			return fmt.Errorf("taxid: seal the password: %w", err)
		}
		u.SetAadePassword(sealed)
	}
	saved, err := u.Save(ctx)
	if err != nil {
		return fmt.Errorf("taxid: save the settings: %w", err)
	}
	was, is := audit.Diff(before, settingFields(saved))
	if in.AadePassword != nil {
		is["aadePassword"] = "changed"
	}
	return audit.Record(ctx, tx, audit.Event{Action: "updateRegistrySettings", ObjectType: "registry_settings", ObjectID: row.ID, Before: was, After: is})
}

func settingFields(row *ent.RegistrySetting) audit.Fields {
	return audit.Fields{"aadeUsername": row.AadeUsername, "aadeCalledBy": row.AadeCalledBy, "recheck": row.Recheck}
}

func trimmed(s *string) *string {
	if s == nil {
		return nil
	}
	t := strings.TrimSpace(*s)
	return &t
}

// credentials are the organization's own at AADE. They are read as the system: who looks a
// number up need not see them.
//
// Faults: INVALID without a field when there are none, or none that can be read.
func (s *Service) credentials(ctx context.Context, organization uuid.UUID) (*Credentials, error) {
	row, err := s.DB.RegistrySetting.Query().Where(registrysetting.OrganizationID(organization)).
		Only(asSystem(ctx, organization, "the credentials of a registry"))
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("taxid: read the credentials: %w", err)
	}
	if row == nil || row.AadeUsername == "" || len(row.AadePassword) == 0 {
		return nil, fault.New(fault.Invalid, "", "AADE cannot be asked yet: the settings of the registries need the business's special access codes, user name and password.")
	}
	unreadable := fault.New(fault.Invalid, "", "The password for AADE cannot be read with this server's key: enter it again in the settings of the registries.")
	if s.Secrets == nil {
		return nil, unreadable
	}
	password, _, err := s.Secrets.Open(row.AadePassword, passwordOf(organization))
	if err != nil {
		return nil, unreadable
	}
	return &Credentials{Username: row.AadeUsername, Password: string(password), CalledBy: row.AadeCalledBy}, nil
}

func asSystem(ctx context.Context, organization uuid.UUID, reason string) context.Context {
	return viewer.With(ctx, viewer.Viewer{Kind: viewer.System, Organization: organization, Reason: reason})
}

// Reseal seals anew with the server's key what was sealed with an old one, of every
// organization, and gives how many. Afterwards the old key is not needed. What no key opens
// stays as it is.
func (s *Service) Reseal(ctx context.Context) (n int, err error) {
	if s.Secrets == nil {
		return 0, nil
	}
	err = db.InTx(viewer.AsSystem(ctx, "seal secrets with the present key"), s.DB, func(ctx context.Context, tx *ent.Tx) error {
		n = 0
		rows, err := tx.RegistrySetting.Query().Where(registrysetting.AadePasswordNotNil(), db.ForUpdate).All(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			plain, old, err := s.Secrets.Open(row.AadePassword, passwordOf(row.OrganizationID))
			if err != nil || !old {
				continue
			}
			sealed, err := s.Secrets.Seal(plain, passwordOf(row.OrganizationID))
			if err != nil {
				return err
			}
			if err := tx.RegistrySetting.UpdateOneID(row.ID).SetAadePassword(sealed).Exec(ctx); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("taxid: seal secrets with the present key: %w", err)
	}
	return n, nil
}

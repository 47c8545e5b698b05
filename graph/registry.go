package graph

import (
	"context"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/page"
)

func (q query) RegistrySettings(ctx context.Context) (*taxid.Settings, error) {
	return q.Registries.Settings(ctx)
}

func (f contactFields) RegistryChecks(ctx context.Context, c *contact.Contact, first *int, after *string) (*page.Connection[*taxid.Check], error) {
	return f.Registries.Of(ctx, c, first, after)
}

func (f registryFields) RequestedBy(ctx context.Context, c *taxid.Check) (*ent.User, error) {
	return page.Load(ctx, c.Requesters, "person", c.RegistryCheck.RequestedBy, f.Accounts.People)
}

func (m mutation) LookupVat(ctx context.Context, in taxid.LookupVATInput) (*taxid.Lookup, error) {
	return m.Registries.LookupVAT(ctx, in)
}

func (m mutation) LookupAfm(ctx context.Context, in taxid.LookupAFMInput) (*taxid.Lookup, error) {
	return m.Registries.LookupAFM(ctx, in)
}

func (m mutation) ApplyRegistryCheck(ctx context.Context, in taxid.ApplyInput) (*model.ContactPayload, error) {
	return contactPayload(m.Registries.Apply(ctx, in))
}

func (m mutation) UpdateRegistrySettings(ctx context.Context, in taxid.UpdateSettingsInput) (*model.RegistrySettingsPayload, error) {
	s, err := m.Registries.UpdateSettings(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.RegistrySettingsPayload{Settings: *s}, nil
}

package onlinepayment

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/viewer"
)

// Sandboxed reads an online payment of the sandbox and the secret that its messages are signed
// with, for the sandbox's page, which plays the part of a provider.
//
// Faults: NOT_FOUND, also where the organization has the sandbox switched off.
func (s *Service) Sandboxed(ctx context.Context, id uuid.UUID) (*OnlinePayment, string, error) {
	row, err := s.DB.OnlinePayment.Get(viewer.AsSystem(ctx, "the page of the sandbox"), id)
	if ent.IsNotFound(err) || err == nil && row.Provider != entonline.ProviderSandbox {
		return nil, "", missing()
	}
	if err != nil {
		return nil, "", fmt.Errorf("onlinepayment: read: %w", err)
	}
	setting, err := s.setting(ctx, row.OrganizationID, entonline.ProviderSandbox)
	if err != nil {
		return nil, "", err
	}
	if !setting.Enabled {
		return nil, "", missing()
	}
	return s.wrap(row)[0], s.secrets(setting).WebhookSecret, nil
}

package demo

import (
	"context"
	"fmt"

	"github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Shown gives the sign-ins to print for a database that holds a demonstration, nil for one
// that does not. Someone may have changed the passwords since.
func Shown(ctx context.Context, d *db.DB) (*Accounts, error) {
	there, err := d.Organization.Query().Where(organization.Demonstration(true)).
		Exist(viewer.AsSystem(ctx, "demo: look for a demonstration"))
	if err != nil {
		return nil, fmt.Errorf("demo: look for a demonstration: %w", err)
	}
	if !there {
		return nil, nil //nolint:nilnil // a database without a demonstration has no sign-ins to print
	}
	a := accounts()
	return &a, nil
}

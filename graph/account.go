package graph

import (
	"context"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/attachment"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/graph/bind"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/viewer"
)

func (q query) Viewer(ctx context.Context) (*viewer.Viewer, error) {
	v := viewer.From(ctx)
	if v.Kind == viewer.Nobody {
		return nil, nil //nolint:nilnil // nobody is signed in
	}
	return &v, nil
}

func (q query) Organization(ctx context.Context) (*bind.Organization, error) {
	org, err := q.Accounts.Organization(ctx)
	if err != nil {
		return nil, err
	}
	return &bind.Organization{Organization: org}, nil
}

func (q query) Members(ctx context.Context) ([]*account.Member, error) {
	return q.Accounts.Members(ctx)
}

func (q query) APIKeys(ctx context.Context) ([]*ent.APIKey, error) { return q.Accounts.APIKeys(ctx) }

func (f viewerFields) Side(_ context.Context, v *viewer.Viewer) (model.ViewerSide, error) {
	return sideOf(v.Kind), nil
}

func (f placeFields) Side(_ context.Context, p *account.Place) (model.ViewerSide, error) {
	return sideOf(p.Kind), nil
}

func sideOf(k viewer.Kind) model.ViewerSide {
	if k == viewer.Portal {
		return model.ViewerSidePortal
	}
	return model.ViewerSideStaff
}

func (f viewerFields) Role(_ context.Context, v *viewer.Viewer) (*viewer.Role, error) {
	if v.Kind != viewer.Staff {
		return nil, nil //nolint:nilnil // a customer has no role
	}
	return &v.Role, nil
}

func (f viewerFields) User(ctx context.Context, v *viewer.Viewer) (*ent.User, error) {
	return f.Accounts.Person(ctx, *v)
}

func (f viewerFields) OrganizationName(ctx context.Context, v *viewer.Viewer) (string, error) {
	org, err := f.Accounts.Place(ctx, *v)
	if err != nil {
		return "", err
	}
	return org.Name, nil
}

func (f viewerFields) Language(ctx context.Context, v *viewer.Viewer) (string, error) {
	return f.Accounts.Language(ctx, *v)
}

// signedIn keeps the new session where the browser that asks keeps it.
func signedIn(ctx context.Context, s *account.SignedIn, err error) (*account.SignedIn, error) {
	if err != nil {
		return nil, err
	}
	requestOf(ctx).Keep(s.Token, s.ExpiresAt)
	return s, nil
}

func (m mutation) CreateOrganization(ctx context.Context, in account.CreateOrganizationInput) (*account.SignedIn, error) {
	s, err := m.Accounts.CreateOrganization(ctx, in, requestOf(ctx).Client)
	return signedIn(ctx, s, err)
}

func (m mutation) SignIn(ctx context.Context, in account.SignInInput) (*account.SignedIn, error) {
	s, err := m.Accounts.SignIn(ctx, in, requestOf(ctx).Client)
	return signedIn(ctx, s, err)
}

func (m mutation) RequestSignInLink(ctx context.Context, in account.RequestLinkInput) (*model.RequestSignInLinkPayload, error) {
	lasts, err := m.Accounts.RequestLink(ctx, in, requestOf(ctx).Client)
	if err != nil {
		return nil, err
	}
	return &model.RequestSignInLinkPayload{Minutes: int(lasts.Minutes())}, nil
}

func (m mutation) SignInByLink(ctx context.Context, in account.LinkInput) (*account.SignedIn, error) {
	s, err := m.Accounts.SignInByLink(ctx, in, requestOf(ctx).Client)
	return signedIn(ctx, s, err)
}

func (m mutation) ResetPassword(ctx context.Context, in account.ResetPasswordInput) (*account.SignedIn, error) {
	s, err := m.Accounts.ResetPassword(ctx, in, requestOf(ctx).Client)
	return signedIn(ctx, s, err)
}

func (m mutation) SwitchOrganization(ctx context.Context, in account.SwitchInput) (*account.SignedIn, error) {
	s, err := m.Accounts.Switch(ctx, in, requestOf(ctx).Client)
	return signedIn(ctx, s, err)
}

func (m mutation) BeginSecondFactor(ctx context.Context, in *account.BeginSecondFactorInput) (*account.NewSecondFactor, error) {
	return m.Accounts.BeginSecondFactor(ctx, in)
}

func (m mutation) EnableSecondFactor(ctx context.Context, in account.SecondFactorInput) (*model.EnableSecondFactorPayload, error) {
	codes, err := m.Accounts.EnableSecondFactor(ctx, in, requestOf(ctx).Client)
	if err != nil {
		return nil, err
	}
	return &model.EnableSecondFactorPayload{RecoveryCodes: codes}, nil
}

func (m mutation) DisableSecondFactor(ctx context.Context, in account.SecondFactorInput) (*model.DisableSecondFactorPayload, error) {
	if err := m.Accounts.DisableSecondFactor(ctx, in, requestOf(ctx).Client); err != nil {
		return nil, err
	}
	return &model.DisableSecondFactorPayload{Viewer: viewer.From(ctx)}, nil
}

func (f viewerFields) Places(ctx context.Context, v *viewer.Viewer) ([]*account.Place, error) {
	return f.Accounts.Places(ctx, *v)
}

func (f viewerFields) SecondFactor(ctx context.Context, v *viewer.Viewer) (bool, error) {
	return f.Accounts.HasSecondFactor(ctx, *v)
}

func (f viewerFields) HasPassword(ctx context.Context, v *viewer.Viewer) (bool, error) {
	u, err := f.Accounts.Person(ctx, *v)
	return u != nil && u.PasswordHash != "", err
}

func (m mutation) SignOut(ctx context.Context, in *account.SignOutInput) (*model.SignOutPayload, error) {
	n, err := m.Accounts.SignOut(ctx, in)
	return signedOut(ctx, n, err)
}

func (m mutation) SignOutEverywhere(ctx context.Context, in *account.SignOutInput) (*model.SignOutPayload, error) {
	n, err := m.Accounts.SignOutEverywhere(ctx, in)
	return signedOut(ctx, n, err)
}

func signedOut(ctx context.Context, n int, err error) (*model.SignOutPayload, error) {
	if err != nil {
		return nil, err
	}
	requestOf(ctx).Drop()
	return &model.SignOutPayload{Ended: n}, nil
}

func (m mutation) ChangePassword(ctx context.Context, in account.ChangePasswordInput) (*model.ChangePasswordPayload, error) {
	n, err := m.Accounts.ChangePassword(ctx, in, requestOf(ctx).Client)
	if err != nil {
		return nil, err
	}
	return &model.ChangePasswordPayload{Ended: n}, nil
}

func (m mutation) UpdateOwnAccount(ctx context.Context, in account.UpdateOwnInput) (*model.UpdateOwnAccountPayload, error) {
	if err := m.Accounts.UpdateOwn(ctx, in); err != nil {
		return nil, err
	}
	return &model.UpdateOwnAccountPayload{Viewer: viewer.From(ctx)}, nil
}

func (m mutation) UpdateOrganization(ctx context.Context, in account.UpdateOrganizationInput) (*model.UpdateOrganizationPayload, error) {
	org, err := m.Accounts.UpdateOrganization(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.UpdateOrganizationPayload{Organization: bind.Organization{Organization: org}}, nil
}

func (m mutation) AddMember(ctx context.Context, in account.AddMemberInput) (*model.AddMemberPayload, error) {
	member, err := m.Accounts.AddMember(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.AddMemberPayload{Member: *member}, nil
}

func (m mutation) ChangeMemberRole(ctx context.Context, in account.ChangeMemberRoleInput) (*model.ChangeMemberRolePayload, error) {
	member, err := m.Accounts.ChangeMemberRole(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.ChangeMemberRolePayload{Member: *member}, nil
}

func (m mutation) RemoveMember(ctx context.Context, in account.RemoveMemberInput) (*model.RemoveMemberPayload, error) {
	id, err := m.Accounts.RemoveMember(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.RemoveMemberPayload{UserID: id}, nil
}

func (m mutation) CreateAPIKey(ctx context.Context, in account.CreateAPIKeyInput) (*account.NewAPIKey, error) {
	return m.Accounts.CreateAPIKey(ctx, in)
}

func (m mutation) RevokeAPIKey(ctx context.Context, in account.RevokeAPIKeyInput) (*model.RevokeAPIKeyPayload, error) {
	key, err := m.Accounts.RevokeAPIKey(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.RevokeAPIKeyPayload{APIKey: *key}, nil
}

func (m mutation) SetLogo(ctx context.Context, in model.SetLogoInput) (*model.LogoPayload, error) {
	return m.logoPayload(ctx, m.Files.SetLogo(ctx, attachment.LogoInput{File: in.File.File}))
}

func (m mutation) RemoveLogo(ctx context.Context, in attachment.RemoveLogoInput) (*model.LogoPayload, error) {
	return m.logoPayload(ctx, m.Files.RemoveLogo(ctx, in))
}

func (m mutation) logoPayload(ctx context.Context, err error) (*model.LogoPayload, error) {
	if err != nil {
		return nil, err
	}
	org, err := m.Accounts.Organization(ctx)
	if err != nil {
		return nil, err
	}
	return &model.LogoPayload{Organization: bind.Organization{Organization: org}}, nil
}

package onlinepayment

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/ent/paymentprovider"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/onlinepayment/banktransfer"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/viewer"
)

// order is that of providers in lists.
var order = []entonline.Provider{entonline.ProviderStripe, entonline.ProviderBankTransfer, entonline.ProviderSandbox}

// Setting is how an organization is paid by one provider, as its administrators see it.
type Setting struct {
	Provider          entonline.Provider
	Enabled           bool
	SecretKeyHint     *string // the last 4 characters; nil when none is kept
	WebhookSecretHint *string
	WebhookURL        *string // where the provider sends its messages; nil for one that sends none
	WebhookEvents     []string
	Holder            string
	IBAN              string
	BIC               string
	Instructions      string
	SecretsAvailable  bool // whether the server has a key to keep secrets with
	UpdatedAt         *time.Time
}

// Settings are those of every provider that this server knows. Faults: UNAUTHENTICATED,
// FORBIDDEN without ManageBusiness.
func (s *Service) Settings(ctx context.Context) ([]*Setting, error) {
	v, err := viewer.RequireStaff(ctx, viewer.ManageBusiness)
	if err != nil {
		return nil, err
	}
	rows, err := s.DB.PaymentProvider.Query().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("onlinepayment: read the settings: %w", err)
	}
	var out []*Setting
	for _, p := range order {
		if s.Providers[p] == nil {
			continue
		}
		row := &ent.PaymentProvider{Provider: paymentprovider.Provider(p)}
		if i := slices.IndexFunc(rows, func(r *ent.PaymentProvider) bool { return r.Provider == row.Provider }); i >= 0 {
			row = rows[i]
		}
		out = append(out, s.settingOf(v.Organization, row))
	}
	return out, nil
}

func (s *Service) settingOf(organization uuid.UUID, row *ent.PaymentProvider) *Setting {
	p := entonline.Provider(row.Provider)
	out := &Setting{Provider: p, Enabled: row.Enabled, Holder: row.Holder, IBAN: banktransfer.Grouped(row.Iban), BIC: row.Bic,
		Instructions: row.Instructions, SecretsAvailable: s.Secrets != nil, WebhookEvents: []string{}}
	if !row.UpdatedAt.IsZero() {
		out.UpdatedAt = &row.UpdatedAt
	}
	if p != entonline.ProviderStripe {
		return out
	}
	url := s.WebhookURL(organization, p)
	out.WebhookURL = &url
	if e, ok := s.Providers[p].(interface{ Events() []string }); ok {
		out.WebhookEvents = e.Events()
	}
	out.SecretKeyHint = s.hint(organization, row.SecretKey, secretKey)
	out.WebhookSecretHint = s.hint(organization, row.WebhookSecret, webhookSecret)
	return out
}

// WebhookPath is where providers send their messages: the provider and the organization follow.
const WebhookPath = "/webhooks/"

// WebhookURL is where a provider sends an organization's messages.
func (s *Service) WebhookURL(organization uuid.UUID, p entonline.Provider) string {
	return s.BaseURL + WebhookPath + string(p) + "/" + organization.String()
}

// The places that secrets are sealed for.
const (
	secretKey     = "secret_key"
	webhookSecret = "webhook_secret"
)

func place(organization uuid.UUID, what string) string {
	return "payment_providers." + what + "/" + organization.String()
}

func (s *Service) open(organization uuid.UUID, sealed []byte, what string) (string, bool) {
	if s.Secrets == nil || len(sealed) == 0 {
		return "", false
	}
	plain, _, err := s.Secrets.Open(sealed, place(organization, what))
	return string(plain), err == nil
}

// hint is the end of a secret, to tell it by. One that cannot be opened shows nothing.
func (s *Service) hint(organization uuid.UUID, sealed []byte, what string) *string {
	if len(sealed) == 0 {
		return nil
	}
	hint := "…"
	if plain, ok := s.open(organization, sealed, what); ok && len(plain) >= 12 {
		hint += plain[len(plain)-4:]
	}
	return &hint
}

// SetInput is the input of setPaymentProvider. What is nil stays; "" takes a secret away.
type SetInput struct {
	db.Idempotent
	Provider      entonline.Provider
	Enabled       *bool
	SecretKey     *string
	WebhookSecret *string
	Holder        *string
	IBAN          *string
	BIC           *string
	Instructions  *string
}

// Set changes how the organization is paid by a provider. Secrets are sealed before they are
// kept, and never given again; the history says only that they were changed. To enable one, it
// needs what it works by: Stripe both secrets, a bank transfer a holder and an IBAN.
//
// Faults: INVALID with every bad field; CONFLICT on secretKey or webhookSecret when the server
// has no key; NOT_FOUND on provider for one that this server has not; UNAUTHENTICATED,
// FORBIDDEN without ManageBusiness.
func (s *Service) Set(ctx context.Context, in SetInput) (*Setting, error) {
	v, err := viewer.RequireStaff(ctx, viewer.ManageBusiness)
	if err != nil {
		return nil, err
	}
	if s.Providers[in.Provider] == nil {
		return nil, fault.New(fault.NotFound, "provider", "This server has no such provider.")
	}
	if err := s.check(&in); err != nil {
		return nil, err
	}
	_, _, err = db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		return v.Organization, s.set(ctx, tx, v.Organization, in)
	})
	if err != nil {
		return nil, err
	}
	row, err := s.DB.PaymentProvider.Query().Where(paymentprovider.ProviderEQ(paymentprovider.Provider(in.Provider))).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("onlinepayment: read the settings: %w", err)
	}
	return s.settingOf(v.Organization, row), nil
}

// check checks and tidies what can be by itself.
func (s *Service) check(in *SetInput) error {
	var bad fault.List
	for _, f := range []struct {
		name  string
		value *string
		begin []string
	}{{"secretKey", in.SecretKey, []string{"sk_", "rk_"}}, {"webhookSecret", in.WebhookSecret, []string{"whsec_"}}} {
		if f.value == nil {
			continue
		}
		*f.value = strings.TrimSpace(*f.value)
		switch {
		case *f.value == "":
		case in.Provider != entonline.ProviderStripe:
			bad = append(bad, fault.New(fault.Invalid, f.name, "Only Stripe has this."))
		case s.Secrets == nil:
			bad = append(bad, fault.New(fault.Conflict, f.name, "This server has no key to keep secrets with: whoever runs it sets KARTELA_SECRET_KEY."))
		case len(*f.value) > 300 || strings.ContainsFunc(*f.value, odd) || !slices.ContainsFunc(f.begin, func(p string) bool { return strings.HasPrefix(*f.value, p) }):
			bad = append(bad, fault.New(fault.Invalid, f.name, "It begins with %s, as Stripe shows it.", strings.Join(f.begin, " or ")))
		}
	}
	in.Holder, in.Instructions = text(&bad, "holder", in.Holder, 70), text(&bad, "instructions", in.Instructions, 2000)
	in.IBAN, in.BIC = parsed(&bad, in.IBAN, banktransfer.ParseIBAN), parsed(&bad, in.BIC, banktransfer.ParseBIC)
	return bad.Err()
}

func odd(r rune) bool { return r <= ' ' || r > '~' }

func text(bad *fault.List, field string, value *string, most int) *string {
	if value == nil {
		return nil
	}
	out := strings.TrimSpace(*value)
	if utf8.RuneCountInString(out) > most {
		*bad = append(*bad, fault.New(fault.Invalid, field, "At most %d characters.", most))
	}
	return &out
}

func parsed(bad *fault.List, value *string, parse func(string) (string, error)) *string {
	if value == nil || strings.TrimSpace(*value) == "" {
		return text(bad, "", value, 100)
	}
	out, err := parse(*value)
	_ = bad.Add("", err)
	return &out
}

func (s *Service) set(ctx context.Context, tx *ent.Tx, organization uuid.UUID, in SetInput) error {
	p := paymentprovider.Provider(in.Provider)
	err := tx.PaymentProvider.Create().SetProvider(p).SetOrganizationID(organization).
		OnConflict(sql.ConflictColumns(paymentprovider.FieldOrganizationID, paymentprovider.FieldProvider)).Ignore().Exec(ctx)
	if err != nil {
		return fmt.Errorf("onlinepayment: make the settings: %w", err)
	}
	row, err := tx.PaymentProvider.Query().Where(paymentprovider.ProviderEQ(p), db.ForUpdate).Only(ctx)
	if err != nil {
		return fmt.Errorf("onlinepayment: lock the settings: %w", err)
	}
	u := tx.PaymentProvider.UpdateOneID(row.ID).AddVersion(1).SetUpdatedAt(s.now()).SetNillableEnabled(in.Enabled).
		SetNillableHolder(in.Holder).SetNillableIban(in.IBAN).SetNillableBic(in.BIC).SetNillableInstructions(in.Instructions)
	changed := audit.Fields{}
	for _, secret := range s.secretsOf(row, in, u) {
		if err := secret.keep(s, organization, changed); err != nil {
			return err
		}
	}
	saved, err := u.Save(ctx)
	if err != nil {
		return fmt.Errorf("onlinepayment: save the settings: %w", err)
	}
	if err := s.complete(organization, saved); err != nil {
		return err
	}
	was, is := audit.Diff(fields(row), fields(saved))
	for k, v := range changed {
		is[k] = v
	}
	return audit.Record(ctx, tx, audit.Event{Action: "setPaymentProvider", ObjectType: "payment_provider", ObjectID: row.ID, Before: was, After: is})
}

// kept is one secret of a change: nil leaves it as it is.
type kept struct {
	name, place string
	value       *string
	set         func([]byte) *ent.PaymentProviderUpdateOne
	clear       func() *ent.PaymentProviderUpdateOne
}

// secretsOf are the secrets of a change. The sandbox's own is made, once, when it is enabled.
func (s *Service) secretsOf(row *ent.PaymentProvider, in SetInput, u *ent.PaymentProviderUpdateOne) []kept {
	webhook := in.WebhookSecret
	if row.Provider == paymentprovider.ProviderSandbox && len(row.WebhookSecret) == 0 && s.Secrets != nil {
		made := rand.Text()
		webhook = &made
	}
	return []kept{
		{"secretKey", secretKey, in.SecretKey, u.SetSecretKey, u.ClearSecretKey},
		{"webhookSecret", webhookSecret, webhook, u.SetWebhookSecret, u.ClearWebhookSecret},
	}
}

func (k kept) keep(s *Service, organization uuid.UUID, changed audit.Fields) error {
	switch {
	case k.value == nil:
		return nil
	case *k.value == "":
		k.clear()
	default:
		sealed, err := s.Secrets.Seal([]byte(*k.value), place(organization, k.place))
		if err != nil {
			return fmt.Errorf("onlinepayment: seal a secret: %w", err)
		}
		k.set(sealed)
	}
	changed[k.name] = "changed"
	return nil
}

// complete refuses to enable a provider that could not work.
func (s *Service) complete(organization uuid.UUID, row *ent.PaymentProvider) error {
	if !row.Enabled {
		return nil
	}
	var bad fault.List
	need := func(there bool, field, text string) {
		if !there {
			bad = append(bad, fault.New(fault.Invalid, field, "%s", text))
		}
	}
	_, key := s.open(organization, row.SecretKey, secretKey)
	_, webhook := s.open(organization, row.WebhookSecret, webhookSecret)
	switch row.Provider {
	case paymentprovider.ProviderStripe:
		need(key, "secretKey", "Stripe needs its secret key.")
		need(webhook, "webhookSecret", "Stripe needs the signing secret of the webhook: without it no payment would be booked.")
	case paymentprovider.ProviderBankTransfer:
		need(row.Holder != "", "holder", "A bank transfer needs the account's holder.")
		need(row.Iban != "", "iban", "A bank transfer needs the account's IBAN.")
	case paymentprovider.ProviderSandbox:
		need(webhook, "enabled", "This server has no key to keep secrets with: whoever runs it sets KARTELA_SECRET_KEY.")
	}
	return bad.Err()
}

func fields(row *ent.PaymentProvider) audit.Fields {
	return audit.Fields{"provider": row.Provider, "enabled": row.Enabled, "holder": row.Holder, "iban": row.Iban, "bic": row.Bic, "instructions": row.Instructions}
}

// asProvider is the context in which the server acts on what a provider says: bound to the
// organization by every wall, and nobody's in the history.
func asProvider(ctx context.Context, organization uuid.UUID) context.Context {
	return viewer.With(ctx, viewer.Viewer{Kind: viewer.Staff, Organization: organization, Role: viewer.Owner})
}

// setting reads an organization's settings of a provider, which customers do not see.
// Faults: NOT_FOUND on provider when there are none.
func (s *Service) setting(ctx context.Context, organization uuid.UUID, p entonline.Provider) (*ent.PaymentProvider, error) {
	row, err := s.DB.PaymentProvider.Query().Where(paymentprovider.ProviderEQ(paymentprovider.Provider(p))).Only(asProvider(ctx, organization))
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "provider", "The business cannot be paid in this way.")
	}
	if err != nil {
		return nil, fmt.Errorf("onlinepayment: read the settings: %w", err)
	}
	return row, nil
}

func (s *Service) secrets(row *ent.PaymentProvider) payment.ProviderSettings {
	var out payment.ProviderSettings
	out.SecretKey, _ = s.open(row.OrganizationID, row.SecretKey, secretKey)
	out.WebhookSecret, _ = s.open(row.OrganizationID, row.WebhookSecret, webhookSecret)
	return out
}

// Offered are the providers by which the viewer's business can be paid now. For portal
// customers and permalinks.
func (s *Service) Offered(ctx context.Context) ([]entonline.Provider, error) {
	v, err := viewer.RequirePortal(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.DB.PaymentProvider.Query().Where(paymentprovider.Enabled(true)).All(asProvider(ctx, v.Organization))
	if err != nil {
		return nil, fmt.Errorf("onlinepayment: read the providers: %w", err)
	}
	out := []entonline.Provider{}
	for _, p := range order {
		on := slices.ContainsFunc(rows, func(r *ent.PaymentProvider) bool { return string(r.Provider) == string(p) })
		if on && s.Providers[p] != nil {
			out = append(out, p)
		}
	}
	return out, nil
}

// Reseal seals anew with the server's key what was sealed with an old one, of every
// organization, and gives how many rows. What no key opens stays as it is.
func (s *Service) Reseal(ctx context.Context) (n int, err error) {
	if s.Secrets == nil {
		return 0, nil
	}
	err = db.InTx(viewer.AsSystem(ctx, "seal secrets with the present key"), s.DB, func(ctx context.Context, tx *ent.Tx) error {
		n = 0
		rows, err := tx.PaymentProvider.Query().Where(db.ForUpdate).All(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			u := tx.PaymentProvider.UpdateOneID(row.ID)
			one, err := s.anew(row.SecretKey, place(row.OrganizationID, secretKey), u.SetSecretKey)
			if err != nil {
				return err
			}
			two, err := s.anew(row.WebhookSecret, place(row.OrganizationID, webhookSecret), u.SetWebhookSecret)
			if err != nil {
				return err
			}
			if !one && !two {
				continue
			}
			if err := u.Exec(ctx); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("onlinepayment: seal secrets with the present key: %w", err)
	}
	return n, nil
}

func (s *Service) anew(sealed []byte, place string, set func([]byte) *ent.PaymentProviderUpdateOne) (bool, error) {
	if len(sealed) == 0 {
		return false, nil
	}
	plain, old, err := s.Secrets.Open(sealed, place)
	if err != nil || !old {
		return false, nil //nolint:nilerr // what no key opens stays as it is
	}
	again, err := s.Secrets.Seal(plain, place)
	if err == nil {
		set(again)
	}
	return err == nil, err
}

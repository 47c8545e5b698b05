package taxid_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/secret"
	"github.com/kartela/kartela/viewer"
)

func (b *bench) settingsRow() *ent.RegistrySetting {
	b.t.Helper()
	row, err := b.db.RegistrySetting.Query().Only(b.ctx)
	must(b.t, err)
	return row
}

func TestSettingsAreKeptAndThePasswordIsSealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		got, err := b.Settings(b.ctx)
		must(t, err)
		if diff := cmp.Diff(&taxid.Settings{SecretsAvailable: true}, got); diff != "" {
			t.Errorf("at first (-want +got):\n%s", diff)
		}
		got, err = b.UpdateSettings(b.ctx, taxid.UpdateSettingsInput{AadeUsername: ptr(" USER "), AadePassword: ptr("s3cret"), AadeCalledBy: ptr("EL 094014201"), Recheck: ptr(true)})
		must(t, err)
		want := &taxid.Settings{AadeUsername: "USER", AadePasswordSet: true, AadeCalledBy: "094014201", Recheck: true, SecretsAvailable: true}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if row := b.settingsRow(); bytes.Contains(row.AadePassword, []byte("s3cret")) || row.Version != 2 {
			t.Errorf("kept %+v", row)
		}
		if _, err := b.LookupAFM(b.ctx, taxid.LookupAFMInput{Afm: "094259216"}); err != nil {
			t.Fatal(err)
		}
		if c := b.asks[0].Credentials; *c != (taxid.Credentials{Username: "USER", Password: "s3cret", CalledBy: "094014201"}) {
			t.Error("AADE is asked with other credentials")
		}
		events := b.events("updateRegistrySettings")
		if len(events) != 1 || strings.Contains(string(events[0].After), "s3cret") || !strings.Contains(string(events[0].After), "changed") {
			t.Errorf("the history: %s", events[0].After)
		}
		got, err = b.UpdateSettings(b.ctx, taxid.UpdateSettingsInput{Recheck: ptr(false)}) // the rest stays
		if must(t, err); !got.AadePasswordSet || got.AadeUsername != "USER" || got.AadeCalledBy != "094014201" || got.Recheck {
			t.Errorf("%+v", got)
		}
		got, err = b.UpdateSettings(b.ctx, taxid.UpdateSettingsInput{AadeUsername: ptr(""), AadePassword: ptr(""), AadeCalledBy: ptr(" ")})
		if must(t, err); *got != (taxid.Settings{SecretsAvailable: true}) || len(b.settingsRow().AadePassword) != 0 {
			t.Errorf("cleared: %+v", got)
		}
		_, err = b.LookupAFM(b.ctx, taxid.LookupAFMInput{Afm: "094259216", Fresh: true})
		refused(t, err, fault.Invalid, "")
	})
}

func TestSettingsAreForThoseWhoManageTheBusiness(t *testing.T) {
	b := setup(t, dbtest.SQLite(t))
	b.credentials()
	for role, want := range map[viewer.Role]fault.Code{viewer.Owner: "", viewer.Administrator: "", viewer.Accountant: fault.Forbidden,
		viewer.Sales: fault.Forbidden, viewer.TimeKeeper: fault.Forbidden, viewer.ReadOnly: fault.Forbidden} {
		ctx := dbtest.Member(t, b.ctx, b.db, role)
		_, read := b.Settings(ctx)
		_, change := b.UpdateSettings(ctx, taxid.UpdateSettingsInput{Recheck: ptr(true)})
		for _, err := range []error{read, change} {
			if want == "" {
				must(t, err)
			} else {
				refused(t, err, want, "")
			}
		}
	}
	other := dbtest.Tenant(t, b.db, viewer.Owner)
	if got, err := b.Settings(other); err != nil || got.AadePasswordSet || got.AadeUsername != "" {
		t.Errorf("another organization sees %+v, %v", got, err)
	}
	_, err := b.LookupAFM(other, taxid.LookupAFMInput{Afm: "094259216"})
	refused(t, err, fault.Invalid, "")
}

func TestSettingsThatAreWrong(t *testing.T) {
	b := setup(t, dbtest.SQLite(t))
	_, err := b.UpdateSettings(b.ctx, taxid.UpdateSettingsInput{AadeUsername: ptr(strings.Repeat("x", 201)), AadePassword: ptr("a\nb"), AadeCalledBy: ptr("123456789")})
	for _, field := range []string{"aadeUsername", "aadePassword", "aadeCalledBy"} {
		refused(t, err, fault.Invalid, field)
	}
	if n, err := b.db.RegistrySetting.Query().Count(b.ctx); err != nil || n != 0 {
		t.Errorf("%d rows, %v", n, err)
	}
	if _, err := b.UpdateSettings(b.ctx, taxid.UpdateSettingsInput{AadePassword: ptr(strings.Repeat("Ω", 200))}); err != nil {
		t.Errorf("the longest password: %v", err)
	}
}

func TestAServerWithoutAKeyKeepsNoPassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.credentials()
		b.Secrets = nil
		got, err := b.Settings(b.ctx)
		if must(t, err); got.SecretsAvailable {
			t.Error("secrets are said to be available")
		}
		_, err = b.UpdateSettings(b.ctx, taxid.UpdateSettingsInput{AadePassword: ptr("x")})
		refused(t, err, fault.Conflict, "aadePassword")
		_, err = b.LookupAFM(b.ctx, taxid.LookupAFMInput{Afm: "094259216"})
		refused(t, err, fault.Invalid, "")
		got, err = b.UpdateSettings(b.ctx, taxid.UpdateSettingsInput{AadePassword: ptr(""), Recheck: ptr(true)})
		if must(t, err); got.AadePasswordSet || !got.Recheck {
			t.Errorf("%+v", got)
		}
	})
}

// A password moved to another organization's row does not open there.
func TestASealIsTheOrganizationsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.credentials()
		sealed := b.settingsRow().AadePassword
		b.ctx = dbtest.Tenant(t, d, viewer.Owner)
		b.credentials()
		id := b.settingsRow().ID
		b.system(func(ctx context.Context, tx *ent.Tx) error {
			return tx.RegistrySetting.UpdateOneID(id).SetAadePassword(sealed).Exec(ctx)
		})
		_, err := b.LookupAFM(b.ctx, taxid.LookupAFMInput{Afm: "094259216"})
		refused(t, err, fault.Invalid, "")
	})
}

func TestANewKeySealsAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.credentials()
		before := b.settingsRow().AadePassword
		next := []byte("fedcba9876543210fedcba9876543210")
		afm := taxid.LookupAFMInput{Afm: "094259216", Fresh: true}

		lost, err := secret.New(next)
		must(t, err)
		b.Secrets = lost
		_, err = b.LookupAFM(b.ctx, afm)
		refused(t, err, fault.Invalid, "")
		if n, err := b.Reseal(context.Background()); n != 0 || err != nil || !bytes.Equal(before, b.settingsRow().AadePassword) {
			t.Errorf("without the old key %d were sealed anew, %v", n, err)
		}
		both, err := secret.New(next, key)
		must(t, err)
		b.Secrets = both
		if _, err := b.LookupAFM(b.ctx, afm); err != nil {
			t.Errorf("with the old key: %v", err)
		}
		for want := 1; want >= 0; want-- { // the second time nothing is left to do
			if n, err := b.Reseal(context.Background()); n != want || err != nil {
				t.Errorf("%d were sealed anew, %v", n, err)
			}
		}
		b.Secrets = lost
		if _, err := b.LookupAFM(b.ctx, afm); err != nil {
			t.Errorf("afterwards without the old key: %v", err)
		}
		b.Secrets = nil
		if n, err := b.Reseal(context.Background()); n != 0 || err != nil {
			t.Errorf("without a key: %d, %v", n, err)
		}
	})
}

package attachment_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/attachment"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/blob"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// bench is an attachment service over one database, in which the bytes lie too.
type bench struct {
	*attachment.Service
	db  *db.DB
	ctx context.Context // of an owner
}

func setup(t testing.TB, d *db.DB) *bench {
	t.Helper()
	contacts := &contact.Service{DB: d, Ended: func(viewer.Ended) {}, AccessChanged: func(uuid.UUID) {}}
	return &bench{&attachment.Service{DB: d, Contacts: contacts, Store: blob.Database{DB: d}}, d, dbtest.Tenant(t, d, viewer.Owner)}
}

func (b *bench) contact(t testing.TB, ctx context.Context, company string) *contact.Contact {
	t.Helper()
	c, err := b.Contacts.Create(ctx, contact.CreateInput{Fields: contact.Fields{Company: &company}})
	must(t, err)
	return c
}

func (b *bench) add(t testing.TB, ctx context.Context, c uuid.UUID, name, text string) *attachment.Attachment {
	t.Helper()
	a, err := b.Add(ctx, attachment.AddInput{ContactID: new(c), Name: name, File: strings.NewReader(text)})
	must(t, err)
	return a
}

// blobs counts the files whose bytes lie in the database.
func (b *bench) blobs(t testing.TB) int {
	t.Helper()
	n, err := b.db.Blob.Query().Where().Count(viewer.AsSystem(context.Background(), "a test's count"))
	must(t, err)
	return n
}

func (b *bench) names(t testing.TB, ctx context.Context, c *contact.Contact) string {
	t.Helper()
	got, err := b.Contacts.ByIDs(b.ctx, []uuid.UUID{c.ID})
	must(t, err)
	list, err := b.Of(ctx, got[c.ID], nil, nil)
	must(t, err)
	names := []string{}
	for _, a := range list.Nodes() {
		names = append(names, a.Name)
	}
	return strings.Join(names, " ")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// says is the code and the field of a fault.
func says(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return strings.TrimSpace(string(f.Code) + " " + f.Field)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestAFileIsKeptWithAContact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.contact(t, b.ctx, "A")
		text := strings.Repeat("Συμφωνητικό μίσθωσης\n", 60_000) // over two parts
		a := b.add(t, b.ctx, c.ID, "Συμφωνητικό.txt", text)
		sum := sha256.Sum256([]byte(text))
		if a.Name != "Συμφωνητικό.txt" || a.Size != int64(len(text)) || a.MediaType != "text/plain" || !bytes.Equal(a.Sha256, sum[:]) ||
			a.ContactID != c.ID || a.UploadedBy != viewer.From(b.ctx).User || a.URL() != "/files/"+a.ID.String() {
			t.Errorf("kept as %+v", a)
		}
		got, r, err := b.Open(b.ctx, a.ID)
		must(t, err)
		all, err := io.ReadAll(r)
		if err != nil || string(all) != text || got.ID != a.ID {
			t.Errorf("%d bytes, %v", len(all), err)
		}
		must(t, r.Close())
		event, err := d.AuditEvent.Query().Where(auditevent.ObjectID(a.ID)).Only(b.ctx)
		must(t, err)
		if event.Action != "addAttachment" || event.ContactID == nil || *event.ContactID != c.ID || !strings.Contains(string(event.After), "Συμφωνητικό.txt") {
			t.Errorf("the history has %+v", event)
		}
	})
}

func TestWhatIsRefusedLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c, foreign := b.contact(t, b.ctx, "A"), b.contact(t, dbtest.Tenant(t, d, viewer.Owner), "B")
		hidden := b.contact(t, b.ctx, "C")
		must(t, db.InTx(b.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(hidden.ID).SetRestricted(true).Exec(ctx)
		}))
		who := map[string]context.Context{
			"owner": b.ctx, "sales": dbtest.Member(t, b.ctx, d, viewer.Sales), "read-only": dbtest.Member(t, b.ctx, d, viewer.ReadOnly),
			"portal": viewer.With(b.ctx, viewer.Viewer{Kind: viewer.Portal, Organization: viewer.From(b.ctx).Organization, Contacts: []uuid.UUID{c.ID}}),
			"nobody": context.Background(),
		}
		broken := errors.New("broken")
		for name, tt := range map[string]struct {
			who  string
			to   uuid.UUID
			name string
			file io.Reader
			want string
		}{
			"an empty file":               {"owner", c.ID, "a.txt", strings.NewReader(""), "INVALID file"},
			"no name":                     {"owner", c.ID, " ", strings.NewReader("x"), "INVALID name"},
			"a page":                      {"owner", c.ID, "a.txt", strings.NewReader("<!DOCTYPE html><script>alert(1)</script>"), "INVALID file"},
			"over 20 MB":                  {"owner", c.ID, "a.txt", io.LimitReader(letters{}, attachment.MaxSize+1), "TOO_LARGE file"},
			"a file that cannot be read":  {"owner", c.ID, "a.txt", io.MultiReader(io.LimitReader(letters{}, 1<<20), iotest.ErrReader(broken)), "blob: keep a file: broken"},
			"another organization's":      {"owner", foreign.ID, "a.txt", strings.NewReader("x"), "NOT_FOUND contactId"},
			"a contact that is not there": {"owner", uuid.New(), "a.txt", strings.NewReader("x"), "NOT_FOUND contactId"},
			"a contact that is hidden":    {"sales", hidden.ID, "a.txt", strings.NewReader("x"), "NOT_FOUND contactId"},
			"by who only reads":           {"read-only", c.ID, "a.txt", strings.NewReader("x"), "FORBIDDEN"},
			"by a customer":               {"portal", c.ID, "a.txt", strings.NewReader("x"), "FORBIDDEN"},
			"by nobody":                   {"nobody", c.ID, "a.txt", strings.NewReader("x"), "UNAUTHENTICATED"},
		} {
			_, err := b.Add(who[tt.who], attachment.AddInput{ContactID: new(tt.to), Name: tt.name, File: tt.file})
			if got := says(err); got != tt.want {
				t.Errorf("%s: %q, want %q", name, got, tt.want)
			}
		}
		if n, err := d.Attachment.Query().Count(b.ctx); n != 0 || err != nil {
			t.Errorf("%d attachments, %v", n, err)
		}
		if n := b.blobs(t); n != 0 {
			t.Errorf("the bytes of %d parts stay", n)
		}
	})
}

// letters is a text without an end.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// More than the limit is not read on.
func TestAFileThatIsTooLargeIsNotReadToItsEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.contact(t, b.ctx, "A")
		file := &io.LimitedReader{R: letters{}, N: 1 << 40}
		_, err := b.Add(b.ctx, attachment.AddInput{ContactID: new(c.ID), Name: "a.txt", File: file})
		if read := 1<<40 - file.N; says(err) != "TOO_LARGE file" || read > attachment.MaxSize+2<<20 {
			t.Errorf("%v after %d bytes", err, read)
		}
		a, err := b.Add(b.ctx, attachment.AddInput{ContactID: new(c.ID), Name: "a.txt", File: io.LimitReader(letters{}, attachment.MaxSize)})
		if err != nil || a.Size != attachment.MaxSize {
			t.Errorf("just as large as allowed: %v", err)
		}
	})
}

func TestAContactHas200FilesAtMost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.contact(t, b.ctx, "A")
		must(t, db.InTx(b.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			for range attachment.MaxPerContact - 2 {
				err := tx.Attachment.Create().SetContactID(c.ID).SetName("x").SetMediaType("text/plain").SetSize(1).SetSha256([]byte{}).
					SetBlobKey("x").SetUploadedBy(viewer.From(ctx).User).Exec(ctx)
				if err != nil {
					return err
				}
			}
			return nil
		}))
		var wg, together sync.WaitGroup
		results := make([]string, 6)
		together.Add(len(results))
		b.Store = hooked{b.Store, func() { // all write their rows at the same time
			together.Done()
			together.Wait()
		}}
		for i := range results {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, err := b.Add(b.ctx, attachment.AddInput{ContactID: new(c.ID), Name: fmt.Sprint(i), File: strings.NewReader("x")})
				results[i] = says(err)
			}()
		}
		wg.Wait()
		kept := 0
		for _, r := range results {
			if r == "" {
				kept++
			} else if r != "INVALID file" {
				t.Error(r)
			}
		}
		if kept != 2 || b.blobs(t) != 2 {
			t.Errorf("%d more were kept, and the bytes of %d", kept, b.blobs(t))
		}
	})
}

func TestARepeatedCallKeepsOneFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.contact(t, b.ctx, "A")
		keyed := func(key string) context.Context {
			return db.WithRequest(b.ctx, db.Request{Key: key, Hash: [32]byte{1}})
		}
		in := func() attachment.AddInput {
			return attachment.AddInput{ContactID: new(c.ID), Name: "a.txt", File: strings.NewReader("x")}
		}
		one, err := b.Add(keyed("k"), in())
		must(t, err)
		again, err := b.Add(keyed("k"), in())
		must(t, err)
		if again.ID != one.ID || b.blobs(t) != 1 {
			t.Errorf("%s, then %s; the bytes of %d", one.ID, again.ID, b.blobs(t))
		}
		for range 2 {
			if id, err := b.Delete(keyed("d"), attachment.IDInput{ID: one.ID}); err != nil || id != one.ID {
				t.Errorf("deleted %s, %v", id, err)
			}
		}
		if b.blobs(t) != 0 {
			t.Error("the bytes stay")
		}
	})
}

func TestWhoDeletesAFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.contact(t, b.ctx, "A")
		author := dbtest.Member(t, b.ctx, d, viewer.Sales)
		demoted := viewer.From(author)
		demoted.Role = viewer.ReadOnly
		who := map[string]context.Context{
			"owner": b.ctx, "author": viewer.With(author, demoted), "read-only": dbtest.Member(t, b.ctx, d, viewer.ReadOnly),
			"time-keeper": dbtest.Member(t, b.ctx, d, viewer.TimeKeeper), "foreign": dbtest.Tenant(t, d, viewer.Owner), "nobody": context.Background(),
		}
		for name, want := range map[string]string{
			"owner": "", "author": "", "read-only": "FORBIDDEN", "time-keeper": "FORBIDDEN", "foreign": "NOT_FOUND id", "nobody": "UNAUTHENTICATED",
		} {
			a := b.add(t, author, c.ID, "a.txt", "x")
			_, err := b.Delete(who[name], attachment.IDInput{ID: a.ID})
			if got := says(err); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
			n, err := d.AuditEvent.Query().Where(auditevent.ObjectID(a.ID), auditevent.Action("deleteAttachment")).Count(b.ctx)
			if err != nil || (n == 1) != (want == "") {
				t.Errorf("%s: %d lines in the history, %v", name, n, err)
			}
			if _, r, err := b.Open(b.ctx, a.ID); (err == nil) != (want != "") {
				t.Errorf("%s: it is there after %q: %v", name, want, err)
			} else if r != nil {
				must(t, r.Close())
			}
		}
		if n := b.blobs(t); n != 4 {
			t.Errorf("the bytes of %d, not of the four that stay", n)
		}
	})
}

func TestWhoReadsAFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.contact(t, b.ctx, "A")
		a := b.add(t, b.ctx, c.ID, "a.txt", "x")
		who := map[string]context.Context{
			"owner": b.ctx, "sales": dbtest.Member(t, b.ctx, d, viewer.Sales), "read-only": dbtest.Member(t, b.ctx, d, viewer.ReadOnly),
			"time-keeper": dbtest.Member(t, b.ctx, d, viewer.TimeKeeper), "foreign": dbtest.Tenant(t, d, viewer.Owner), "nobody": context.Background(),
			"portal": viewer.With(b.ctx, viewer.Viewer{Kind: viewer.Portal, Organization: viewer.From(b.ctx).Organization, Contacts: []uuid.UUID{c.ID}}),
		}
		see := func(want map[string]string) {
			t.Helper()
			for name, want := range want {
				_, r, err := b.Open(who[name], a.ID)
				if got := says(err); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
				if r != nil {
					must(t, r.Close())
				}
				byID, err := b.ByIDs(who[name], []uuid.UUID{a.ID})
				if err != nil || len(byID) != map[bool]int{true: 1}[want == ""] {
					t.Errorf("%s reads %v by id, %v", name, byID, err)
				}
				if names := b.names(t, who[name], c); names != map[bool]string{true: "a.txt"}[want == ""] {
					t.Errorf("%s lists %q", name, names)
				}
			}
		}
		see(map[string]string{"owner": "", "sales": "", "read-only": "", "time-keeper": "FORBIDDEN", "foreign": "NOT_FOUND id", "nobody": "UNAUTHENTICATED", "portal": "FORBIDDEN"})
		must(t, db.InTx(b.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(c.ID).SetRestricted(true).Exec(ctx)
		}))
		see(map[string]string{"owner": "", "sales": "NOT_FOUND id", "read-only": "NOT_FOUND id"})
	})
}

func TestFilesOfAGroupOfContactsTakeOneStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		var ids []uuid.UUID
		for i := range 4 {
			ids = append(ids, b.contact(t, b.ctx, fmt.Sprint(i)).ID)
			for j := range i {
				b.add(t, b.ctx, ids[i], fmt.Sprint(i, j), "x")
			}
		}
		group, err := b.Contacts.ByIDs(b.ctx, ids)
		must(t, err)
		counted, n := db.CountStatements(b.ctx)
		two := 2
		for i, id := range ids {
			list, err := b.Of(counted, group[id], &two, nil)
			must(t, err)
			if len(list.Edges) != min(i, 2) || list.PageInfo.HasNextPage != (i > 2) {
				t.Errorf("contact %d has %d files", i, len(list.Edges))
			}
			for _, a := range list.Nodes() {
				people, err := page.Load(counted, a.Uploaders, "n", a.UploadedBy, func(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]int, error) {
					return map[uuid.UUID]int{ids[0]: len(ids)}, nil
				})
				if err != nil || people != 1 {
					t.Errorf("%d uploaders are read for one, %v", people, err)
				}
			}
		}
		if n.Load() != 1 {
			t.Errorf("%d statements", n.Load())
		}
	})
}

// A merged contact's files go to the survivor, also when the page still has the old one.
func TestAFileForAMergedContactGoesToTheSurvivor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		loser, survivor := b.contact(t, b.ctx, "A"), b.contact(t, b.ctx, "B")
		must(t, db.InTx(b.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(loser.ID).SetMergedIntoID(survivor.ID).SetArchivedAt(time.Now()).Exec(ctx)
		}))
		if a := b.add(t, b.ctx, loser.ID, "a.txt", "x"); a.ContactID != survivor.ID {
			t.Errorf("it is with %s", a.ContactID)
		}
		archived := b.contact(t, b.ctx, "C")
		must(t, db.InTx(b.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(archived.ID).SetArchivedAt(time.Now()).Exec(ctx)
		}))
		if a := b.add(t, b.ctx, archived.ID, "a.txt", "x"); a.ContactID != archived.ID {
			t.Errorf("an archived one's is with %s", a.ContactID)
		}
	})
}

// hooked is a store that does something after a file is put.
type hooked struct {
	attachment.Store
	then func()
}

func (h hooked) Put(ctx context.Context, key string, r io.Reader) (int64, error) {
	n, err := h.Store.Put(ctx, key, r)
	h.then()
	return n, err
}

// A contact that is merged, or is gone, while the bytes are kept is asked for anew.
func TestAContactMayGoWhileAFileIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		loser, survivor, deleted := b.contact(t, b.ctx, "A"), b.contact(t, b.ctx, "B"), b.contact(t, b.ctx, "C")
		store := b.Store
		b.Store = hooked{store, func() {
			must(t, db.InTx(b.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
				return tx.Contact.UpdateOneID(loser.ID).SetMergedIntoID(survivor.ID).Exec(ctx)
			}))
		}}
		if a := b.add(t, b.ctx, loser.ID, "a.txt", "x"); a.ContactID != survivor.ID {
			t.Errorf("it is with %s", a.ContactID)
		}
		b.Store = hooked{store, func() {
			_, err := b.Contacts.Delete(b.ctx, contact.IDInput{ID: deleted.ID})
			must(t, err)
		}}
		_, err := b.Add(b.ctx, attachment.AddInput{ContactID: new(deleted.ID), Name: "a.txt", File: strings.NewReader("x")})
		if got := says(err); got != "NOT_FOUND contactId" || b.blobs(t) != 1 {
			t.Errorf("%q, and the bytes of %d", got, b.blobs(t))
		}
	})
}

// stubborn is a store that cannot delete.
type stubborn struct{ attachment.Store }

func (stubborn) Delete(context.Context, string) error { return errors.New("stubborn") }

// What a store could not delete, or a crash left, goes with the sweep; what is used, is young,
// or is another's in the same store, stays.
func TestTheSweepTakesWhatNoAttachmentHas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		theirs := dbtest.Tenant(t, d, viewer.Owner)
		store := b.Store
		kept := b.add(t, b.ctx, b.contact(t, b.ctx, "A").ID, "a.txt", "kept")
		foreign := b.add(t, theirs, b.contact(t, theirs, "B").ID, "a.txt", "theirs")
		b.Store = stubborn{store}
		gone := b.add(t, b.ctx, kept.ContactID, "b.txt", "gone")
		_, err := b.Delete(b.ctx, attachment.IDInput{ID: gone.ID})
		must(t, err)
		b.Store = store
		for _, ctx := range []context.Context{b.ctx, theirs} {
			_, err := store.Put(ctx, "attachments/"+uuid.NewString(), strings.NewReader("crashed"))
			must(t, err)
			_, err = store.Put(ctx, "imports/"+uuid.NewString(), strings.NewReader("another's"))
			must(t, err)
		}
		if n, err := b.Sweep(context.Background(), time.Now().Add(-time.Hour)); n != 0 || err != nil {
			t.Errorf("%d young ones are gone, %v", n, err)
		}
		if n, err := b.Sweep(context.Background(), time.Now().Add(time.Hour)); n != 3 || err != nil {
			t.Errorf("%d are gone, not 3, %v", n, err)
		}
		if n := b.blobs(t); n != 4 {
			t.Errorf("%d stay, not 4", n)
		}
		for ctx, a := range map[context.Context]*attachment.Attachment{b.ctx: kept, theirs: foreign} {
			_, r, err := b.Open(ctx, a.ID)
			must(t, err)
			must(t, r.Close())
		}
	})
}

// A row whose bytes are gone is a failure of ours, not a missing attachment.
func TestLostBytesAreNotANotFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		a := b.add(t, b.ctx, b.contact(t, b.ctx, "A").ID, "a.txt", "x")
		must(t, b.Store.Delete(b.ctx, a.BlobKey))
		if _, _, err := b.Open(b.ctx, a.ID); err == nil || fault.From(err).Code != fault.Internal {
			t.Errorf("got %v", err)
		}
	})
}

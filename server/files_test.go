package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
)

// got is what a path answered.
type got struct {
	status int
	header http.Header
	body   string
}

// get asks for a path of the server.
func (c *caller) get(path string, headers ...string) got {
	c.t.Helper()
	return c.ask(http.MethodGet, path, headers...)
}

func (c *caller) ask(method, path string, headers ...string) got {
	c.t.Helper()
	r := c.request(method, "", nil, headers...)
	at, err := r.URL.Parse(path)
	if err != nil {
		c.t.Fatal(err)
	}
	r.URL = at
	answered, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = answered.Body.Close() }()
	body, err := io.ReadAll(answered.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	answered.Header.Del("Date")
	return got{answered.StatusCode, answered.Header, string(body)}
}

// code is that of the error that was answered.
func (g got) code(t *testing.T) string {
	t.Helper()
	var r result
	if err := json.Unmarshal([]byte(g.body), &r); err != nil || len(r.Errors) == 0 {
		t.Fatalf("%d %s", g.status, g.body)
	}
	field, _ := r.Errors[0].Extensions["field"].(string)
	return strings.TrimSpace(fmt.Sprint(r.Errors[0].Extensions["code"], " ", field))
}

// business makes an organization and gives its owner.
func (s *testServer) business(t *testing.T, name string) *caller {
	t.Helper()
	email := "owner@" + name + ".example"
	_, _, err := s.graph.Accounts.FirstOrganization(context.Background(), account.CreateOrganizationInput{
		Name: name, OwnerName: "Owner", Email: email, Password: "a good password"}, false)
	if err != nil {
		t.Fatal(err)
	}
	return s.signedIn(t, email)
}

func (s *testServer) signedIn(t *testing.T, email string) *caller {
	t.Helper()
	return s.nobody(t).as(s.nobody(t).do(`mutation($input: SignInInput!) { signIn(input: $input) { token } }`,
		vars{"input": vars{"email": email, "password": "a good password"}}).at("signIn.token").text())
}

// colleague adds a member in a role.
func (c *caller) colleague(t *testing.T, role string) *caller {
	t.Helper()
	email := strings.ToLower(role) + "@" + uuid.NewString() + ".example"
	c.do(`mutation($input: AddMemberInput!) { addMember(input: $input) { member { userId } } }`,
		vars{"input": vars{"email": email, "name": "S", "role": role, "password": "a good password"}})
	return c.s.signedIn(t, email)
}

// invited lets a customer in for a contact.
func (c *caller) invited(contact string) *caller {
	c.t.Helper()
	link, err := url.Parse(c.do(`mutation($input: InviteToPortalInput!) { inviteToPortal(input: $input) { link } }`,
		vars{"input": vars{"contactId": contact, "email": "person@" + uuid.NewString() + ".example"}}).at("inviteToPortal.link").text())
	if err != nil {
		c.t.Fatal(err)
	}
	return c.as(c.s.nobody(c.t).do(`mutation($input: AcceptPortalInvitationInput!) { acceptPortalInvitation(input: $input) { token } }`,
		vars{"input": vars{"token": link.Query().Get("token"), "name": "P", "password": "a good password"}}).at("acceptPortalInvitation.token").text())
}

func (c *caller) newContact(company string) string {
	c.t.Helper()
	return c.do(`mutation($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }`,
		vars{"input": vars{"company": company, "isClient": true}}).at("createContact.contact.id").text()
}

const addFile = `mutation($input: AddAttachmentInput!) { addAttachment(input: $input) { attachment { id name mediaType size url uploadedBy { name } } } }`

func (c *caller) attach(contact, name, content string) value {
	c.t.Helper()
	r := c.upload(addFile, vars{"input": vars{"contactId": contact, "file": nil}}, name, strings.NewReader(content))
	if len(r.Errors) > 0 {
		c.t.Fatal(r.Errors)
	}
	return r.at("addAttachment.attachment")
}

func TestAFileIsDownloadedAsItWasAdded(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		content := strings.Repeat("Συμφωνητικό\n", 50_000)
		made := owner.attach(owner.newContact("A"), `Συμφωνητικό "1".txt`, content)
		if made.at("mediaType").text() != "text/plain" || made.at("size").is != float64(len(content)) || made.at("uploadedBy.name").text() == "" {
			t.Errorf("added %v", made.is)
		}
		path := made.at("url").text()
		whole := owner.get(path + "?inline=1") // a text is not shown in place
		if whole.status != http.StatusOK || whole.body != content {
			t.Fatalf("%d and %d bytes", whole.status, len(whole.body))
		}
		for name, want := range map[string]string{
			"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store",
			"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Length": fmt.Sprint(len(content)), "Cross-Origin-Resource-Policy": "same-origin",
			"Content-Disposition": `attachment; filename="___________ _1_.txt"; filename*=UTF-8''%CE%A3%CF%85%CE%BC%CF%86%CF%89%CE%BD%CE%B7%CF%84%CE%B9%CE%BA%CF%8C%20%221%22.txt`,
		} {
			if is := whole.header.Get(name); is != want {
				t.Errorf("%s is %q, want %q", name, is, want)
			}
		}
		head := owner.ask(http.MethodHead, path)
		if diff := cmp.Diff(whole.header, head.header); diff != "" || head.body != "" || head.status != http.StatusOK {
			t.Errorf("HEAD answers %d %q (-GET +HEAD):\n%s", head.status, head.body, diff)
		}
		if again := owner.get(path, "If-None-Match", whole.header.Get("ETag")); again.status != http.StatusNotModified || len(whole.header.Get("ETag")) != 66 {
			t.Errorf("the same again: %d, %s", again.status, whole.header.Get("ETag"))
		}
		if part := owner.get(path, "Range", "bytes=524280-524299"); part.status != http.StatusPartialContent || part.body != content[524280:524300] {
			t.Errorf("a part is %d %q", part.status, part.body)
		}
		if beyond := owner.get(path, "Range", "bytes=99999999-"); beyond.status != http.StatusRequestedRangeNotSatisfiable {
			t.Errorf("a part that is not there: %d", beyond.status)
		}
	})
}

func TestImagesAndPDFAreShownInPlaceOnRequest(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	owner := s.owner(t)
	contact := owner.newContact("A")
	png := owner.attach(contact, "a.png", "\x89PNG\r\n\x1a\n0000").at("url").text()
	pdf := owner.attach(contact, "a.pdf", "%PDF-1.7\n").at("url").text()
	for path, want := range map[string]string{png: "attachment", png + "?inline=1": "inline", png + "?inline=0": "attachment", pdf: "attachment", pdf + "?inline=1": "inline"} {
		r := owner.get(path)
		kind, _, _ := strings.Cut(r.header.Get("Content-Disposition"), ";")
		sandboxed := strings.HasSuffix(r.header.Get("Content-Security-Policy"), "; sandbox")
		if kind != want || sandboxed == (path == pdf+"?inline=1") || !strings.HasPrefix(r.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s is %s with the policy %q", path, kind, r.header.Get("Content-Security-Policy"))
		}
	}
}

// Whoever may not see a file cannot tell it from one that never was.
func TestAFileIsNotThereForOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.business(t, "a")
		contact := owner.newContact("A")
		file := owner.attach(contact, "a.txt", "secret")
		path := file.at("url").text()
		sales, hidden := owner.colleague(t, "SALES"), owner.newContact("B")
		restricted := owner.attach(hidden, "b.txt", "secret").at("url").text()
		another := owner.do(`mutation($input: AddMemberInput!) { addMember(input: $input) { member { userId } } }`,
			vars{"input": vars{"email": "x@a.example", "name": "S", "role": "SALES", "password": "a good password"}}).at("addMember.member.userId").text()
		owner.do(`mutation($input: RestrictContactInput!) { restrictContact(input: $input) { contact { id } } }`, vars{"input": vars{"id": hidden, "userIds": []any{another}}})
		if sales.get(path).body != "secret" || sales.get(restricted).status == http.StatusOK {
			t.Fatal("colleagues see what they may not, or not what they may")
		}
		unknown := "/files/" + uuid.NewString()
		for name, c := range map[string]*caller{
			"another business": s.business(t, "b"), "a customer": owner.invited(contact), "a time-keeper": owner.colleague(t, "TIME_KEEPER"), "sales": sales,
		} {
			want := c.get(unknown)
			if want.status != http.StatusNotFound || want.code(t) != "NOT_FOUND id" {
				t.Fatalf("%s: %d %s", name, want.status, want.body)
			}
			theirs := path
			if name == "sales" {
				theirs = restricted
			}
			for _, p := range []string{theirs, theirs + "?inline=1", "/files/not-an-id", "/files/00000000-0000-0000-0000-000000000000"} {
				if diff := cmp.Diff(want, c.get(p), cmp.AllowUnexported(got{})); diff != "" {
					t.Errorf("%s can tell %s from an unknown one (-unknown +it):\n%s", name, p, diff)
				}
			}
		}
		for name, r := range map[string]got{
			"nobody": s.nobody(t).get(path), "nobody, for an unknown one": s.nobody(t).get(unknown), "nobody, for no id": s.nobody(t).get("/files/x"),
			"a bad token": s.nobody(t).as("nonsense").get(path),
		} {
			if r.status != http.StatusUnauthorized || r.code(t) != "UNAUTHENTICATED" {
				t.Errorf("%s: %d %s", name, r.status, r.body)
			}
		}
		owner.do(`mutation($input: AttachmentIdInput!) { deleteAttachment(input: $input) { id } }`, vars{"input": vars{"id": file.at("id").text()}})
		if r := owner.get(path); r.status != http.StatusNotFound {
			t.Errorf("a deleted one: %d", r.status)
		}
		if r := owner.ask(http.MethodPost, path); r.status == http.StatusOK {
			t.Errorf("a POST: %d", r.status)
		}
	})
}

func TestThePagesCookieDownloadsFiles(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	owner := s.owner(t)
	path := owner.attach(owner.newContact("A"), "a.txt", "x").at("url").text()
	cookie := cookieOf(t, s.nobody(t).browser(signIn, s.url, "same-origin", nil))
	if r := s.nobody(t).get(path, "Cookie", cookie.Name+"="+cookie.Value); r.body != "x" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.nobody(t).get(path, "Cookie", cookie.Name+"=nonsense"); r.status != http.StatusUnauthorized {
		t.Errorf("a bad one: %d %s", r.status, r.body)
	}
}

func TestAFileThatIsNotAllowedIsRefused(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	owner := s.owner(t)
	contact := owner.newContact("A")
	add := func(name, content string) *result {
		return owner.upload(addFile, vars{"input": vars{"contactId": contact, "file": nil}}, name, strings.NewReader(content))
	}
	add("a.png", `<svg xmlns="http://www.w3.org/2000/svg"/>`).refused("INVALID", "file")
	add("a.txt", "").refused("INVALID", "file")
	add("a.txt", strings.Repeat("x", 20<<20+1)).refused("TOO_LARGE", "file")
}

func TestFilesAreKeptInAFolder(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, dbtest.SQLite(t), config{Data: folder, Files: "disk"})
	owner := s.owner(t)
	file := owner.attach(owner.newContact("A"), "a.txt", "on disk")
	var found []string
	err := filepath.WalkDir(filepath.Join(folder, "files"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil || len(found) != 1 || !strings.HasSuffix(found[0], "/attachments/"+file.at("id").text()) {
		t.Fatalf("%v, %v", found, err)
	}
	if content, err := os.ReadFile(found[0]); err != nil || string(content) != "on disk" {
		t.Errorf("%q, %v", content, err)
	}
	if r := owner.get(file.at("url").text(), "Range", "bytes=3-"); r.body != "disk" {
		t.Errorf("%d %q", r.status, r.body)
	}
}

func TestWhereFilesAreKeptIsChecked(t *testing.T) {
	for value, good := range map[string]bool{"database": true, "disk": true, "s3://bucket?region=eu-central-1": true, "": true,
		"s3://": false, "s3://?region=x": false, "s3:///x": false, "folder": false, "gs://bucket": false, "Disk": false} {
		if err := (&config{Files: value}).checkFiles(); (err == nil) != good {
			t.Errorf("%q: %v", value, err)
		}
	}
	t.Setenv("KARTELA_FILES", "folder")
	if _, err := readConfig(); err == nil {
		t.Error("the environment is not checked")
	}
}

// The number of statements does not depend on how many contacts and things there are.
func TestCardsOfManyContactsTakeAsManyStatementsAsOfOne(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		count := func() int64 {
			ctx, n := db.CountStatements(context.Background())
			if errs := s.errorsOf(ctx, owner, `{ contacts(first: 20) { nodes { id months(count: 12) { month net { amount } }
				attachments(first: 3) { nodes { name url uploadedBy { name } } }
				timeline(first: 5) { nodes { kind at document { number } payment { id } note { text author { name } } attachment { name uploadedBy { name } } change { action actor { name } } } } } } }`); len(errs) > 0 {
				t.Fatal(errs)
			}
			return n.Load()
		}
		fill := func(name string) {
			contact := owner.newContact(name)
			for i := range 4 {
				owner.attach(contact, fmt.Sprint(i, ".txt"), "x")
				owner.do(`mutation($input: AddContactNoteInput!) { addContactNote(input: $input) { note { id } } }`, vars{"input": vars{"contactId": contact, "text": "A note."}})
			}
			owner.do(`mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }`, vars{"input": vars{"contactId": contact, "amount": "10"}})
			owner.do(`mutation($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }`, vars{"input": vars{
				"type": "INVOICE", "contactId": contact, "lines": []vars{{"title": "A", "unitPrice": "100"}}}})
		}
		fill("A")
		count()
		few := count()
		for i := range 5 {
			fill(fmt.Sprint("B", i))
		}
		if many := count(); many != few {
			t.Errorf("%d statements for six contacts, %d for one", many, few)
		}
	})
}

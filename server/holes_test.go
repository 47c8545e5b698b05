package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
)

// Whoever invites a person holds the link, so an account that a link made proves nothing
// about its address: it never becomes an account of the staff.
func TestAnAccountThatAnInvitationMadeIsNotTakenForThePersonOfItsAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		a := s.newTenant(t, "a")
		sales := s.nobody(t).as(a.do(`mutation { createApiKey(input: { name: "sales", role: SALES }) { secret } }`, nil).at("createApiKey.secret").text())
		link := sales.do(`mutation($input: InviteToPortalInput!) { inviteToPortal(input: $input) { link } }`,
			vars{"input": vars{"contactId": a.ids["contact"], "email": "boss@a.example"}}).at("inviteToPortal.link").text()
		_, token, _ := strings.Cut(link, "token=")
		s.nobody(t).do(`mutation($input: AcceptPortalInvitationInput!) { acceptPortalInvitation(input: $input) { token } }`,
			vars{"input": vars{"token": token, "password": "the attacker's password"}})
		a.try(`mutation($input: AddMemberInput!) { addMember(input: $input) { member { userId } } }`,
			vars{"input": vars{"email": "boss@a.example", "name": "Boss", "role": "ADMINISTRATOR", "password": "the boss's password"}}).refused("CONFLICT", "email")
		got := s.nobody(t).do(`mutation { signIn(input: { email: "boss@a.example", password: "the attacker's password" }) { viewer { side role } } }`, nil)
		if viewer := got.at("signIn.viewer"); viewer.at("side").text() != "PORTAL" || viewer.at("role").is != nil {
			t.Errorf("signed in as %v", viewer.is)
		}
	})
}

// A key that expires lets nothing more in over what was opened before, either.
func TestAnExpiredKeyEndsOverSocketsAndStreamsToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var ahead atomic.Int64
		s := startServerAt(t, d, config{}, func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })
		a := s.newTenant(t, "a")
		key := s.nobody(t).as(a.do(`mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }`, vars{"input": vars{
			"name": "short", "role": "ACCOUNTANT", "expiresAt": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}}).at("createApiKey.secret").text())
		follow := `subscription { balanceChanged(contactIds: ["` + a.ids["contact"] + `"]) { balances { version } } }`
		idle, following, stream := key.talk(), key.talk(), key.events(follow, nil)
		following.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": follow}})
		following.next()
		stream.next()
		ahead.Store(int64(2 * time.Hour))

		pay := `mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }`
		input := vars{"input": vars{"contactId": a.ids["contact"], "amount": "1"}}
		idle.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": pay, "variables": input}})
		if got := idle.hear(); got["type"] != "error" || !strings.Contains(toText(got), "UNAUTHENTICATED") {
			t.Errorf("over a socket the key still pays: %v", got)
		}
		a.do(pay, input)
		if code := following.closed(); code != 4403 {
			t.Errorf("the socket that followed was closed with %d", code)
		}
		if name, data := stream.hear(); name != "next" || !strings.Contains(data, "UNAUTHENTICATED") {
			t.Errorf("the stream told %s %s", name, data)
		}
	})
}

func TestStreamsOfOneSessionAreLimitedAsItsSocketsAre(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{Sockets: 3, AddressSockets: 500})
	owner := s.owner(t)
	contact := owner.do(createContact, vars{"input": vars{"company": "A"}}).at("createContact.contact.id").text()
	follow := `subscription { balanceChanged(contactIds: ["` + contact + `"]) { contactId } }`
	for range 3 {
		owner.events(follow, nil).next()
	}
	body, err := json.Marshal(vars{"query": follow})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.DefaultClient.Do(owner.request(http.MethodPost, "application/json", bytes.NewReader(body), "Accept", "text/event-stream"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	if r.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("a fourth stream is answered %d", r.StatusCode)
	}
	if raw, err := io.ReadAll(r.Body); err != nil || !strings.Contains(string(raw), "RATE_LIMITED") {
		t.Errorf("it is told %s", raw)
	}
}

// form sends a request with one file, whatever the map says.
func (c *caller) form(operations, places string) *http.Response {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("operations", operations)
	_ = form.WriteField("map", places)
	part, err := form.CreateFormFile("0", "a.csv")
	if err != nil {
		c.t.Fatal(err)
	}
	_, _ = io.WriteString(part, "a,b\n")
	_ = form.Close()
	r, err := http.DefaultClient.Do(c.request(http.MethodPost, form.FormDataContentType(), &body))
	if err != nil {
		c.t.Fatal(err)
	}
	_ = r.Body.Close()
	return r
}

func TestAFileThatBelongsNowhereIsRefusedAndNotKept(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := startServer(t, dbtest.SQLite(t), config{})
	owner := s.owner(t)
	for name, places := range map[string]string{
		"beyond a list": `{"0":["variables.f.9"]}`, "before a list": `{"0":["variables.f.-1"]}`, "no index": `{"0":["variables.f.x"]}`,
		"nowhere": `{"0":["variables.g"]}`, "not in the variables": `{"0":["query"]}`, "the variables themselves": `{"0":["variables"]}`,
		"a place that is taken": `{"0":["variables.t"]}`, "two places": `{"0":["variables.f.0","variables.n"]}`, "no place": `{"0":[]}`, "another file": `{"1":["variables.n"]}`,
	} {
		if r := owner.form(`{"query":"{viewer{side}}","variables":{"f":[null],"n":null,"t":"text"}}`, places); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: answered %d", name, r.StatusCode)
		}
	}
	if r := s.nobody(t).form(`{"query":"{viewer{side}}","variables":{"f":[null]}}`, `{"0":["variables.f.0"]}`); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody's file is answered %d", r.StatusCode)
	}
	if r := owner.form(`{"query":"{viewer{side}}","variables":{"f":[null]}}`, `{"0":["variables.f.0"]}`); r.StatusCode != http.StatusOK {
		t.Errorf("a file in its place is answered %d", r.StatusCode)
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "kartela-upload-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("files are left: %v %v", left, err)
	}
}

func TestATextInThePlaceOfAFileIsInvalid(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	s.owner(t).try(`mutation { uploadContactImport(input: { file: "x" }) { import { id } } }`, nil).refused("INVALID", "file")
}

func TestARepeatedKeyIsNoAnswerToAnotherPassword(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		change := func(current, next string) *result {
			return owner.try(`mutation($input: ChangePasswordInput!) { changePassword(input: $input) { ended } }`,
				vars{"input": vars{"current": current, "new": next, "idempotencyKey": "pw"}})
		}
		for range 2 {
			if r := change("a good password", "the second password"); len(r.Errors) > 0 {
				t.Errorf("answered %v", r.Errors)
			}
		}
		change("the second password", "the third password").refused("CONFLICT", "idempotencyKey")
		change("a wrong password", "the third password").refused("INVALID", "current")
		s.nobody(t).do(`mutation { signIn(input: { email: "owner@test.example", password: "the second password" }) { token } }`, nil)
	})
}

func TestAnEmptyKeyInTheHeaderIsRefused(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	s.owner(t).try(createContact, vars{"input": vars{"company": "A"}}, "Idempotency-Key", "").refused("INVALID", "idempotencyKey")
}

func TestAllocationsWithinAllocationsCostWhatTheyMayHold(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	a := s.newTenant(t, "a")
	nested := "id"
	for range 3 {
		nested = "allocations { document { allocations { payment { " + nested + " } } } }"
	}
	errs := s.errorsOf(context.Background(), a.caller, `{ payment(id: "`+a.ids["payment"]+`") { `+nested+` } }`)
	if len(errs) != 1 || errs[0].Extensions["code"] != "TOO_LARGE" {
		t.Errorf("answered %v", errs)
	}
}

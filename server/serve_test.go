package main

import (
	"bufio"
	"context"
	"io"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kartela/kartela/internal/dbtest"
)

// command is a server that serve runs, from the opening of its database to its end.
type command struct {
	testServer
	printed map[string]string // by name: Page, GraphiQL, Owner, Portal, Begin
	stop    func() error
}

// startCommand serves as the command does and waits for what it prints.
func startCommand(t *testing.T, c config, demonstration bool) *command {
	t.Helper()
	c.Address, c.Cost, c.Hashes, c.Sockets, c.AddressSockets, c.Drain = "127.0.0.1:0", defaultLimits.Cost, 2, 20, 500, 5*time.Second
	ctx, cancel := context.WithCancel(context.Background())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, &c, demonstration, write)
		_ = write.Close()
	}()
	r := &command{printed: map[string]string{}}
	lines := bufio.NewScanner(read)
	for blank := 0; blank < 2 && lines.Scan(); {
		if m := regexp.MustCompile(`^  (\w+) +(\S.*)$`).FindStringSubmatch(lines.Text()); m != nil {
			r.printed[m[1]] = m[2]
		} else if lines.Text() == "" {
			blank++
		}
	}
	r.url = strings.TrimSuffix(r.printed["Page"], "/")
	stopped := false
	r.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
	if r.url == "" {
		t.Fatalf("nothing was printed: %v", r.stop())
	}
	return r
}

func TestANewServerPrintsALinkThatMakesTheFirstOrganizationOnce(t *testing.T) {
	for name, c := range map[string]config{"sqlite": {Data: t.TempDir()}, "postgres": {Database: dbtest.PostgresURL(t)}} {
		t.Run(name, func(t *testing.T) {
			s := startCommand(t, c, false)
			if s.printed["Owner"] != "" || s.printed["Page"] == "" || s.printed["GraphiQL"] == "" {
				t.Errorf("printed %v", s.printed)
			}
			link, err := url.Parse(s.printed["Begin"])
			if err != nil || link.Path != "/setup" {
				t.Fatalf("the link is %s", s.printed["Begin"])
			}
			input := vars{"input": vars{"setupToken": link.Query().Get("token"), "name": "Πρώτη ΑΕ", "ownerName": "Ελένη",
				"email": "owner@test.example", "password": "a good password"}}
			create := `mutation($input: CreateOrganizationInput!) { createOrganization(input: $input) { viewer { organizationName role } } }`
			if got := s.nobody(t).do(create, input).at("createOrganization.viewer"); got.at("organizationName").text() != "Πρώτη ΑΕ" || got.at("role").text() != "OWNER" {
				t.Errorf("made %v", got.is)
			}
			s.nobody(t).try(create, input).refused("NOT_FOUND", "setupToken")
			if err := s.stop(); err != nil {
				t.Fatal(err)
			}
			again := startCommand(t, c, true)
			if again.printed["Begin"] != "" || again.printed["Owner"] != "" {
				t.Errorf("the second start printed %v", again.printed)
			}
			if r := again.nobody(t).try(signIn, nil); len(r.Errors) > 0 {
				t.Errorf("the data was not kept: %v", r.Errors)
			}
		})
	}
}

func TestTheDemonstrationIsWrittenOnceAndItsSignInsArePrinted(t *testing.T) {
	folder := t.TempDir()
	for range 2 {
		s := startCommand(t, config{Data: folder}, true)
		for _, who := range []string{"Owner", "Portal"} {
			email, password, _ := strings.Cut(s.printed[who], " / ")
			got := s.nobody(t).do(`mutation($input: SignInInput!) { signIn(input: $input) { token viewer { side } } }`,
				vars{"input": vars{"email": email, "password": password}}).at("signIn")
			if want := map[string]string{"Owner": "STAFF", "Portal": "PORTAL"}[who]; got.at("viewer.side").text() != want {
				t.Errorf("%s is %v", who, got.at("viewer").is)
			}
			if who == "Owner" {
				n := s.nobody(t).as(got.at("token").text()).do(`{ contacts { totalCount } }`, nil).at("contacts.totalCount").is.(float64)
				if n < 180 || n > 220 {
					t.Errorf("%v contacts", n)
				}
			}
		}
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAStoppingServerSaysGoodbye(t *testing.T) {
	s := startCommand(t, config{Data: filepath.Join(t.TempDir(), "deep", "folder")}, true)
	email, password, _ := strings.Cut(s.printed["Portal"], " / ")
	customer := s.nobody(t).as(s.nobody(t).do(`mutation($input: SignInInput!) { signIn(input: $input) { token } }`,
		vars{"input": vars{"email": email, "password": password}}).at("signIn.token").text())
	socket, stream := customer.talk(), customer.events(portalBalance, nil)
	socket.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": portalBalance}})
	socket.next()
	stream.next()
	done := make(chan error, 1)
	go func() { done <- s.stop() }()
	if code := socket.closed(); code != 1001 {
		t.Errorf("the socket was closed with %d, want 1001", code)
	}
	if name, _ := stream.hear(); name != "complete" {
		t.Errorf("the stream ended with %s", name)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestTheEnvironmentIsChecked(t *testing.T) {
	for name, set := range map[string]map[string]string{
		"an address without a port":  {"KARTELA_ADDR": "localhost"},
		"an URL with a path":         {"KARTELA_URL": "https://books.example/"},
		"an origin that is none":     {"KARTELA_ORIGINS": "https://a.example,b.example"},
		"a proxy that is no network": {"KARTELA_TRUSTED_PROXIES": "10.0.0.1.2"},
		"a limit of nothing":         {"KARTELA_MAX_COST": "0"},
		"a log in no form":           {"KARTELA_LOG": "xml"},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range set {
				t.Setenv(k, v)
			}
			if _, err := readConfig(); err == nil {
				t.Error("it was taken")
			}
		})
	}
	t.Setenv("KARTELA_ORIGINS", "https://a.example, https://b.example")
	t.Setenv("DATABASE_URL", "postgres://user:secret@localhost/books")
	c, err := readConfig()
	if err != nil {
		t.Fatal(err)
	}
	if c.Address != "127.0.0.1:8080" || len(c.Origins) != 2 || strings.Contains(c.place(), "secret") {
		t.Errorf("read %+v, and %s is printed", c, c.place())
	}
}

func TestAFirstOrganizationMayBeAskedForTwice(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	token, _, err := s.graph.Accounts.NewSetupToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	create := `mutation($input: CreateOrganizationInput!) { createOrganization(input: $input) { token } }`
	input := func(key, password string) vars {
		return vars{"input": vars{"setupToken": token, "name": "ΑΕ", "ownerName": "Ελένη", "email": "owner@test.example", "password": password, "idempotencyKey": key}}
	}
	s.nobody(t).do(create, input("one", "a good password"))
	again := s.nobody(t).do(create, input("one", "a good password")).at("createOrganization.token").text()
	s.nobody(t).as(again).do(`{ organization { id } }`, nil)
	s.nobody(t).try(create, input("one", "a wrong password")).refused("UNAUTHENTICATED", "password")
	s.nobody(t).try(create, vars{"input": vars{"setupToken": token, "name": "B", "ownerName": "B", "email": "b@b.example", "password": "a good password"}}).refused("NOT_FOUND", "setupToken")
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

var kills = flag.Int("kills", 3, "how often the server is killed at work")

// servesEnv makes the test's own program serve as the command does, see TestMain.
const servesEnv = "KARTELA_TEST_SERVES"

const recordPayment = `mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }`

// victim is a server in a process of its own that is killed and begun again.
type victim struct {
	t       *testing.T
	env     []string
	address string

	mu         sync.Mutex
	process    *exec.Cmd
	generation int
	up         chan struct{} // closed when the next generation serves
}

func (v *victim) begin() {
	cmd := exec.Command(os.Args[0]) //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), v.env...)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		v.t.Error(err)
		return
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "Page") {
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.process = cmd
	v.generation++
	close(v.up)
	v.up = make(chan struct{})
}

func (v *victim) kill() {
	v.mu.Lock()
	process := v.process
	v.mu.Unlock()
	_ = process.Process.Kill()
	_ = process.Wait()
}

// now is which generation serves, and what tells of the next.
func (v *victim) now() (int, <-chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.generation, v.up
}

// ask sends a payment under a key until it is answered, whichever generation does.
func (v *victim) ask(ctx context.Context, token, key string, input vars) (string, error) {
	body, err := json.Marshal(vars{"query": recordPayment, "variables": vars{"input": input}})
	if err != nil {
		return "", err
	}
	for {
		generation, up := v.now()
		id, err := v.once(ctx, token, key, body)
		if err == nil || ctx.Err() != nil {
			return id, err
		}
		if now, _ := v.now(); now == generation {
			select {
			case <-up:
			case <-ctx.Done():
				return "", fmt.Errorf("%w after %w", ctx.Err(), err)
			}
		}
	}
}

func (v *victim) once(ctx context.Context, token, key string, body []byte) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+v.address+"/graphql", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Idempotency-Key", key)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	var got struct {
		Data struct {
			RecordPayment struct{ Payment struct{ ID string } }
		}
		Errors []resultError
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		return "", err
	}
	if len(got.Errors) > 0 {
		return "", fmt.Errorf("answered %+v", got.Errors)
	}
	return got.Data.RecordPayment.Payment.ID, nil
}

// Payments are recorded by several at once while the process is killed, without a word, again
// and again. Each is asked for under one key until it is answered.
func TestAServerThatIsKilledLosesNothingAndDoublesNothing(t *testing.T) {
	folder := t.TempDir()
	for name, c := range map[string]config{"sqlite": {Data: folder}, "postgres": {Database: dbtest.PostgresURL(t), Data: folder}} {
		t.Run(name, func(t *testing.T) { killed(t, c) })
	}
}

func killed(t *testing.T, c config) {
	ctx, cancel := context.WithTimeout(viewer.AsSystem(context.Background(), "a test"), time.Duration(60+20**kills)*time.Second)
	defer cancel()
	d, err := db.Open(ctx, c.databaseURL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if _, err := db.Migrate(ctx, d); err != nil {
		t.Fatal(err)
	}
	var token string
	var contacts []string
	t.Run("make", func(t *testing.T) {
		owner := startServer(t, d, config{Data: filepath.Join(t.TempDir(), "files")}).owner(t)
		token = owner.token
		for range 3 {
			contacts = append(contacts, owner.do(createContact, vars{"input": vars{"company": "C", "isClient": true}}).at("createContact.contact.id").text())
		}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &victim{t: t, address: listener.Addr().String(), up: make(chan struct{})}
	_ = listener.Close()
	v.env = []string{servesEnv + "=1", "KARTELA_ADDR=" + v.address, "KARTELA_DATA=" + c.Data, "DATABASE_URL=" + c.Database}
	v.begin()
	defer v.kill()

	answered, over := make(chan string, 10_000), make(chan struct{})
	var wg sync.WaitGroup
	for w := range 6 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-over:
					return
				default:
				}
				id, err := v.ask(ctx, token, fmt.Sprintf("%d-%d", w, n), vars{"contactId": contacts[n%3], "amount": fmt.Sprint(1 + n%7), "oldestFirst": n%2 == 0})
				if err != nil {
					t.Error(err)
					return
				}
				answered <- id
			}
		})
	}
	ids := map[string]bool{}
	take := func(n int) {
		for range n {
			select {
			case id := <-answered:
				if ids[id] {
					t.Errorf("two keys made the payment %s", id)
				}
				ids[id] = true
			case <-ctx.Done():
				t.Fatal("no answers any more")
			}
		}
	}
	for range *kills {
		take(25)
		v.kill()
		v.begin()
	}
	take(25)
	close(over)
	wg.Wait()
	take(len(answered))
	t.Logf("%d payments were answered over %d kills", len(ids), *kills)

	rows, err := d.Payment.Query().All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(ids) {
		t.Errorf("%d payments are kept, %d were answered", len(rows), len(ids))
	}
	for _, r := range rows {
		if !ids[r.ID.String()] {
			t.Errorf("the payment %s was answered to nobody", r.ID)
		}
	}
	var out bytes.Buffer
	if err := verified(ctx, d, &out); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}

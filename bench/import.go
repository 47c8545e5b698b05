package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
)

// importRole measures an import instead of requests: go run ./bench import.
const importRole = "import"

// importedRows is how many contacts the file has.
const importedRows = 100_000

// importedTables are what an import writes of contacts, in the order of their foreign keys.
var importedTables = []string{"contacts", "contact_addresses", "contact_emails", "contact_phones", "audit_events"}

// benchImport has the server import a file of 100,000 contacts, over HTTP and into an empty
// business, and then copies the rows that it made of them, table by table, into another
// database of the same tables with the same indexes.
func benchImport(ctx context.Context, target string, out io.Writer) (err error) {
	if target == "" {
		return errors.New("TEST_DATABASE_URL is not set")
	}
	binary, clean, err := buildServer(ctx)
	if err != nil {
		return err
	}
	defer clean()
	w := &world{base: target, kartela: "kartela_bench_" + strings.ToLower(rand.Text())}
	w.other = w.kartela + "_other"
	if w.admin, err = pgx.Connect(ctx, target); err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, w.drop(context.WithoutCancel(ctx))) }()
	if err := w.empty(ctx); err != nil {
		return err
	}
	about("importing %d contacts", importedRows)
	imported, peak, err := w.importFile(ctx, binary)
	if err != nil {
		return err
	}
	about("copying the same rows")
	copied, rows, err := w.copyRows(ctx)
	if err != nil {
		return err
	}
	perSecond := func(d time.Duration) float64 { return importedRows / d.Seconds() }
	plainOut := &strings.Builder{}
	plainTable(plainOut, [][]string{
		{"100,000 contacts", "contacts/s", "time", "memory at most"},
		{"Kartela's import", fmt.Sprintf("%.0f", perSecond(imported)), imported.Round(time.Millisecond).String(), fmt.Sprintf("%.0f MB", float64(peak)/1e6)},
		{"COPY", fmt.Sprintf("%.0f", perSecond(copied)), copied.Round(time.Millisecond).String(), ""},
		{"ratio", ratio(perSecond(imported), perSecond(copied)), "", ""},
	})
	_, _ = fmt.Fprintf(out, "%s\nA row has a key, a person, a company, a VAT number, an address, an e-mail and two telephone numbers; %s. The import also reads "+
		"the file, checks and looks up every row, and keeps what became of it. Its time is from the upload's first byte to the end as a client sees it; "+
		"the rows of COPY lie ready in memory.\nMeasured on %s.\n", plainOut, rows, w.machine(ctx))
	return nil
}

// empty makes a business without contacts, twice.
func (w *world) empty(ctx context.Context) error {
	if _, err := w.admin.Exec(ctx, "CREATE DATABASE "+w.kartela); err != nil {
		return fmt.Errorf("make a database: %w", err)
	}
	d, err := db.Open(ctx, w.url(w.kartela))
	if err != nil {
		return err
	}
	_, err = db.Migrate(ctx, d)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	c, err := pgx.Connect(ctx, w.url(w.kartela))
	if err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	l := &loader{random: mathrand.New(mathrand.NewPCG(1, 2)), now: schema.Now(), org: newID(), owner: newID(), seq: newID(), rows: map[string][][]any{}}
	l.staff()
	for _, t := range tables {
		if _, err = c.CopyFrom(ctx, pgx.Identifier{t.name}, strings.Fields(t.columns), pgx.CopyFromRows(l.rows[t.name])); err != nil {
			break
		}
	}
	if err = errors.Join(err, c.Close(ctx)); err != nil {
		return fmt.Errorf("write the business: %w", err)
	}
	if _, err := w.admin.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", w.other, w.kartela)); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	return nil
}

// importedFile is a table of contacts as people have them, in no order of any key.
func importedFile() []byte {
	r := mathrand.New(mathrand.NewPCG(3, 4))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	var b bytes.Buffer
	b.WriteString("Κωδικός;Επωνυμία;Όνομα;Επώνυμο;ΑΦΜ;Επάγγελμα;Διεύθυνση;Πόλη;ΤΚ;Χώρα;E-mail;Τηλέφωνο;Κινητό\r\n")
	for _, i := range r.Perm(importedRows) {
		fmt.Fprintf(&b, "C%06d;%s %s %d;%s;%s;DE%09d;%s;%s %d;%s;%05d;%s;contact%d@%s.example;210 %07d;69%08d\r\n", i,
			pick("Αφοί", "Ελληνικά", "Νέα", "Ανατολικά"), pick("Τρόφιμα", "Υφάσματα", "Μηχανήματα", "Χαρτικά"), i, pick("Μαρία", "Γιώργος", "Ελένη", "Νίκος"),
			pick("Παπαδοπούλου", "Ιωάννου", "Δημητρίου", "Βλάχος"), i, pick("Εμπόριο", "Υπηρεσίες", "Μεταφορές"), pick("Ερμού", "Σταδίου", "Εγνατία"), i%300,
			pick("Αθήνα", "Θεσσαλονίκη", "Πάτρα", "Βόλος"), 10000+i%80000, pick("Ελλάδα", "Κύπρος"), i, pick("mail", "post", "firma"), i, i)
	}
	return b.Bytes()
}

// importFile gives the time of an import and the memory that its server had at most.
func (w *world) importFile(ctx context.Context, binary string) (took time.Duration, peak int64, err error) {
	p, err := startKartela(ctx, binary, w.url(w.kartela))
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	content, began := importedFile(), time.Now()
	state, err := p.imports(ctx, http.MethodPost, "/imports?run=true&name=contacts.csv", content)
	for err == nil && state.Status == "RUNNING" {
		time.Sleep(250 * time.Millisecond) // asking costs, too
		state, err = p.imports(ctx, http.MethodGet, "/imports/"+state.ID, nil)
	}
	took = time.Since(began)
	if err != nil {
		return 0, 0, err
	}
	if state.Status != "DONE" || state.Created != importedRows {
		return 0, 0, fmt.Errorf("the import is %+v", state)
	}
	peak, err = p.mostResident()
	return took, peak, err
}

type importState struct {
	ID, Status, Error                         string
	Rows, Created, Updated, Skipped, Rejected int
}

func (p *process) imports(ctx context.Context, method, path string, body []byte) (state importState, err error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+p.address+path, bytes.NewReader(body))
	if err != nil {
		return state, fmt.Errorf("ask for an import: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "text/csv")
	answered, err := http.DefaultClient.Do(r)
	if err != nil {
		return state, fmt.Errorf("ask for an import: %w", err)
	}
	defer func() { _ = answered.Body.Close() }()
	raw, err := io.ReadAll(answered.Body)
	if err == nil && answered.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answered.Status, raw)
	}
	if err == nil {
		err = json.Unmarshal(raw, &state)
	}
	return state, err
}

// mostResident is the most memory of the process that was in RAM, in bytes.
func (p *process) mostResident() (int64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("the memory of a process: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		if text, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(text), " kB"), 10, 64)
			return kB << 10, err
		}
	}
	return 0, errors.New("the memory of a process: no VmHWM")
}

// copyRows copies the rows that the import made into the other database, and gives the time
// without that of reading them, and how many there are. The contacts are analyzed before what
// refers to them, as COPY would otherwise check foreign keys by reading the whole table.
func (w *world) copyRows(ctx context.Context) (took time.Duration, told string, err error) {
	from, err := pgx.Connect(ctx, w.url(w.kartela))
	if err != nil {
		return 0, "", fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer func() { _ = from.Close(ctx) }()
	to, err := pgx.Connect(ctx, w.url(w.other))
	if err != nil {
		return 0, "", fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer func() { _ = to.Close(ctx) }()
	var counted []string
	for _, table := range importedTables {
		columns, rows, err := allRows(ctx, from, table)
		if err != nil {
			return 0, "", err
		}
		if _, err := w.admin.Exec(ctx, "CHECKPOINT"); err != nil {
			return 0, "", fmt.Errorf("checkpoint: %w", err)
		}
		began := time.Now()
		n, err := to.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		if err != nil {
			return 0, "", fmt.Errorf("copy %s: %w", table, err)
		}
		this := time.Since(began)
		took += this
		counted = append(counted, fmt.Sprintf("%d %s (copied in %.1f s)", n, table, this.Seconds()))
		if _, err := to.Exec(ctx, "ANALYZE "+table); err != nil {
			return 0, "", fmt.Errorf("analyze %s: %w", table, err)
		}
	}
	return took, strings.Join(counted, ", "), nil
}

// allRows reads a table. Of the history it reads what tells of contacts.
func allRows(ctx context.Context, c *pgx.Conn, table string) (columns []string, all [][]any, err error) {
	query := "SELECT * FROM " + table + " ORDER BY id"
	if table == "audit_events" {
		query = "SELECT * FROM audit_events WHERE contact_id IS NOT NULL ORDER BY id"
	}
	rows, err := c.Query(ctx, query)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", table, err)
	}
	defer rows.Close()
	for _, f := range rows.FieldDescriptions() {
		columns = append(columns, f.Name)
	}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", table, err)
		}
		all = append(all, values)
	}
	return columns, all, rows.Err()
}

package imports

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent/contactimport"
	"github.com/kartela/kartela/ent/importrow"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// shelf is a store in memory.
type shelf struct {
	mu    sync.Mutex
	files map[string][]byte
	made  map[string]time.Time
}

func newShelf() *shelf { return &shelf{files: map[string][]byte{}, made: map[string]time.Time{}} }

func (s *shelf) at(ctx context.Context, key string) string {
	org := viewer.From(ctx).Organization
	if org == uuid.Nil {
		panic("a file of no organization")
	}
	return org.String() + "/" + key
}

func (s *shelf) Put(ctx context.Context, key string, r io.Reader) (int64, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return int64(len(b)), fmt.Errorf("shelf: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[s.at(ctx, key)], s.made[s.at(ctx, key)] = b, time.Now()
	return int64(len(b)), nil
}

type onShelf struct{ *bytes.Reader }

func (onShelf) Close() error { return nil }

func (s *shelf) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.files[s.at(ctx, key)]
	if !ok {
		return nil, fault.New(fault.NotFound, "", "There is no such file.")
	}
	return onShelf{bytes.NewReader(b)}, nil
}

func (s *shelf) Delete(ctx context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files, s.at(ctx, key))
	return nil
}

func (s *shelf) List(ctx context.Context, prefix string, before time.Time, f func([]string) error) error {
	s.mu.Lock()
	var keys []string
	for k := range s.files {
		if rest, ok := strings.CutPrefix(k, s.at(ctx, "")); ok && strings.HasPrefix(rest, prefix) && s.made[k].Before(before) {
			keys = append(keys, rest)
		}
	}
	s.mu.Unlock()
	slices.Sort(keys)
	return f(keys)
}

func (s *shelf) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(slices.Collect(maps.Keys(s.files)))
}

func service(d *db.DB) *Service {
	return &Service{DB: d, Store: newShelf(), Contacts: &contact.Service{DB: d, Ended: func(viewer.Ended) {}, AccessChanged: func(uuid.UUID) {}}}
}

// Outcome, Problem and Report are what an import came to, as a test writes it.
type Outcome = importrow.Outcome

const (
	Rejected = importrow.OutcomeError
	Skipped  = importrow.OutcomeSkip
	Updated  = importrow.OutcomeUpdate
	Created  = importrow.OutcomeCreate
)

type Problem struct {
	Line    int
	Outcome Outcome
	Column  string
	Reason  string
}

type Report struct {
	Format                                    string
	Rows, Created, Updated, Skipped, Rejected int
	Problems                                  []*Problem // rows that made no contact
}

// Input is a file with how to import it.
type Input struct {
	File      io.Reader
	AsClients bool
	Existing  Existing
	MatchBy   []Match
}

// uploaded uploads a file.
func (s *Service) uploaded(ctx context.Context, in Input) (*ContactImport, error) {
	i, err := s.Upload(ctx, UploadInput{Name: "contacts.csv", File: in.File})
	if err != nil || (!in.AsClients && in.Existing == "" && in.MatchBy == nil) {
		return i, err
	}
	c := ConfigureInput{ID: i.ID, Version: i.Version, AsClients: &in.AsClients, MatchBy: in.MatchBy}
	if in.Existing != "" {
		c.Existing = &in.Existing
	}
	return s.Configure(ctx, c)
}

// imported uploads and runs a file to its end.
func (s *Service) imported(ctx context.Context, in Input) (*Report, error) {
	i, err := s.uploaded(ctx, in)
	if err != nil {
		return nil, err
	}
	if _, err = s.Run(ctx, IDInput{ID: i.ID}); err != nil {
		return nil, err
	}
	return s.settled(ctx, i.ID)
}

// settled works until the import is finished.
func (s *Service) settled(ctx context.Context, id uuid.UUID) (*Report, error) {
	for {
		if _, err := s.Work(ctx); err != nil {
			return nil, err
		}
		i, err := s.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		if i.Finished() {
			if i.Status == contactimport.StatusFailed {
				return nil, fault.New(fault.Invalid, "file", "%s", i.Error)
			}
			return s.report(ctx, i), nil
		}
	}
}

func (s *Service) report(ctx context.Context, i *ContactImport) *Report {
	r := &Report{Format: i.kept.Format, Rows: i.Rows, Created: i.Created, Updated: i.Updated, Skipped: i.Skipped, Rejected: i.Rejected}
	n := 0
	for _, x := range s.DB.ImportRow.Query().Where(importrow.ImportID(i.ID)).Order(importrow.ByLine()).AllX(ctx) {
		if n++; x.Outcome != Created {
			r.Problems = append(r.Problems, &Problem{x.Line, x.Outcome, x.Column, x.Reason})
		}
	}
	if n != i.Position {
		panic(fmt.Sprintf("%d results of %d rows", n, i.Position))
	}
	return r
}

func mustImport(t testing.TB, ctx context.Context, d *db.DB, text string) *Report {
	t.Helper()
	return mustImportAs(t, ctx, d, Input{File: strings.NewReader(text)})
}

func mustImportAs(t testing.TB, ctx context.Context, d *db.DB, in Input) *Report {
	t.Helper()
	r, err := service(d).imported(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if r.Created+r.Updated+r.Skipped+r.Rejected != r.Rows {
		t.Errorf("%d created, %d updated, %d skipped and %d rejected are not %d rows", r.Created, r.Updated, r.Skipped, r.Rejected, r.Rows)
	}
	return r
}

// parsed is what a file holds, before anything is looked up or written.
type parsed struct {
	format   string
	columns  []*Column
	drafts   []*draft
	problems []*Problem
	rows     int
}

// parse reads a whole file, as an organization of Greece would.
func parse(in io.Reader, keep bool) (*parsed, error) {
	raw := bufio.NewReaderSize(&limited{in, maxFile}, ahead)
	head, err := raw.Peek(ahead)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if kind, err := typeOf(head); err != nil || kind == excelFile {
		return nil, errBinary
	}
	s := &sniffer{}
	_, _ = s.Write(head)
	e := s.encoding()
	f, err := (&Service{}).read(io.NopCloser(raw), 0, &Settings{FileType: csvFile, Encoding: &e})
	if err != nil {
		return nil, err
	}
	first, header, err := beginning(f, 0)
	if err != nil {
		return nil, err
	}
	p := &parsed{format: formatOf(header.cells), columns: guessed(header.cells)}
	r := &reader{drafter: &drafter{mapping: newMapping(p.columns)}, home: "GR"}
	one := func(x row) {
		p.rows++
		d := r.drafter.draft(x)
		if d.problem == nil {
			if f := r.refused(d); f != nil {
				d.problem = r.drafter.problemOf(d, f)
			}
		}
		switch {
		case !keep:
		case d.problem != nil:
			p.problems = append(p.problems, &Problem{d.line, Rejected, d.problem.column, d.problem.reason})
		default:
			p.drafts = append(p.drafts, d)
		}
	}
	for _, x := range first {
		if x.line > header.line {
			one(x)
		}
	}
	for {
		x, err := filled(f)
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return nil, err
		}
		if one(x); p.rows > maxRows {
			return nil, fault.New(fault.TooLarge, "file", "The file has over %d rows.", maxRows)
		}
	}
}

func mustParse(t testing.TB, text string) *parsed {
	t.Helper()
	p, err := parse(strings.NewReader(text), true)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

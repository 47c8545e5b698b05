package page_test

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/page"
)

func TestACursorIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := page.Cursor{
			Kind: rapid.StringMatching(`[a-zA-Z.]{0,20}`).Draw(rt, "kind"),
			Key:  strings.ReplaceAll(rapid.StringN(0, 200, 1000).Draw(rt, "key"), "\x00", "\x1f"), // any text, separators included
			ID:   uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(rt, "id")),
		}
		got, err := page.ParseCursor(c.Kind, c.String())
		if err != nil || *got != c {
			rt.Fatalf("%+v became %+v, %v", c, got, err)
		}
		if _, err := page.ParseCursor(c.Kind+"x", c.String()); !fault.IsCode(err, fault.Invalid) {
			rt.Fatalf("a cursor of another list: %v", err)
		}
	})
}

func FuzzAnyTextIsACursorOrInvalid(f *testing.F) {
	good := page.Cursor{Kind: "contacts", Key: "άλφα", ID: uuid.New()}.String()
	raw := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for _, s := range []string{
		"", " ", good, good + "=", good[1:], good[:len(good)-1], "????", "\x00", "ελληνικά", raw(""), raw("contacts"),
		raw("contacts\x1f"), raw("contacts\x1f\x1f"), raw("contacts\x1f" + uuid.NewString()), raw("contacts\x1fnot-an-id\x1fkey"),
		raw("contacts\x1f{" + uuid.NewString() + "}\x1fkey"), raw("contacts\x1furn:uuid:" + uuid.NewString() + "\x1fkey"), raw("\x1f\x1f\x1f\x1f"),
		raw("contacts\x1f" + uuid.NewString() + "\x1f\xff\xfe"),
		raw("contacts\x1f" + uuid.NewString() + "\x1fa\x00b"), string(make([]byte, 5000)),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := page.ParseCursor("contacts", s)
		if err != nil {
			if !fault.IsCode(err, fault.Invalid) || c != nil {
				t.Errorf("%q: %v, %v", s, c, err)
			}
			return
		}
		if !utf8.ValidString(c.Key) || strings.Contains(c.Key, "\x00") {
			t.Errorf("%q has the key %q, which PostgreSQL cannot be asked for", s, c.Key)
		}
		if again, err := page.ParseCursor("contacts", c.String()); err != nil || *again != *c {
			t.Errorf("%q was read as %+v, which is written as one that is read as %+v (%v)", s, c, again, err)
		}
	})
}

func ptr[T any](v T) *T { return &v }

func TestTheArgumentsOfAPage(t *testing.T) {
	cursor := page.Cursor{Kind: "contacts", Key: "k", ID: uuid.MustParse("018f0000-0000-7000-8000-000000000001")}
	here, elsewhere := cursor.String(), page.Cursor{Kind: "documents", Key: "k", ID: cursor.ID}.String()
	refuse := func(key string) error {
		if key != "k" {
			return errors.New("not a key")
		}
		return nil
	}
	unmade := page.Cursor{Kind: "contacts", Key: "z", ID: cursor.ID}.String()
	tests := map[string]struct {
		args page.Args
		want page.Request
		bad  []string // fields
	}{
		"nothing said":            {want: page.Request{Size: 25}},
		"first":                   {args: page.Args{First: ptr(1)}, want: page.Request{Size: 1}},
		"the largest":             {args: page.Args{First: ptr(100)}, want: page.Request{Size: 100}},
		"last":                    {args: page.Args{Last: ptr(7)}, want: page.Request{Size: 7, Backward: true}},
		"after":                   {args: page.Args{After: &here}, want: page.Request{Size: 25, After: &cursor}},
		"before":                  {args: page.Args{Before: &here}, want: page.Request{Size: 25, Before: &cursor, Backward: true}},
		"first before":            {args: page.Args{First: ptr(2), Before: &here}, want: page.Request{Size: 2, Before: &cursor}},
		"last after":              {args: page.Args{Last: ptr(2), After: &here}, want: page.Request{Size: 2, After: &cursor, Backward: true}},
		"between":                 {args: page.Args{After: &here, Before: &here}, want: page.Request{Size: 25, After: &cursor, Before: &cursor}},
		"none":                    {args: page.Args{First: ptr(0)}, bad: []string{"first"}},
		"fewer than none":         {args: page.Args{Last: ptr(-1)}, bad: []string{"last"}},
		"too many":                {args: page.Args{First: ptr(101)}, bad: []string{"first"}},
		"first and last":          {args: page.Args{First: ptr(1), Last: ptr(1)}, bad: []string{"last"}},
		"a cursor of another":     {args: page.Args{After: &elsewhere}, bad: []string{"after"}},
		"nonsense":                {args: page.Args{Before: ptr("????")}, bad: []string{"before"}},
		"an empty cursor":         {args: page.Args{After: ptr("")}, bad: []string{"after"}},
		"a key it cannot make":    {args: page.Args{After: &unmade}, bad: []string{"after"}},
		"everything wrong at all": {args: page.Args{First: ptr(0), Last: ptr(1000), After: ptr("x"), Before: &elsewhere}, bad: []string{"first", "last", "after", "before", "last"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := tt.args.Check("contacts", refuse)
			var bad []string
			all, _ := fault.All(err)
			for _, e := range all {
				if e.Code != fault.Invalid {
					t.Errorf("%v", e)
				}
				bad = append(bad, e.Field)
			}
			if diff := cmp.Diff(tt.bad, bad); diff != "" {
				t.Fatalf("fields at fault (-want +got):\n%s", diff)
			}
			if tt.bad == nil {
				if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
					t.Errorf("%v (-want +got):\n%s", err, diff)
				}
			}
		})
	}
}

func TestAPageSaysWhereItLies(t *testing.T) {
	at := func(i int) page.Cursor { return page.Cursor{Kind: "n", ID: uuid.UUID{15: byte(i)}} }
	key := func(i int) *string { return ptr(at(i).String()) }
	some := at(0)
	tests := map[string]struct {
		req  page.Request
		rows []int // as the database gives them
		want []int
		info page.Info
	}{
		"empty":                  {req: page.Request{Size: 2}},
		"the only page":          {req: page.Request{Size: 2}, rows: []int{1, 2}, want: []int{1, 2}, info: page.Info{StartCursor: key(1), EndCursor: key(2)}},
		"the first of more":      {req: page.Request{Size: 2}, rows: []int{1, 2, 3}, want: []int{1, 2}, info: page.Info{HasNextPage: true, StartCursor: key(1), EndCursor: key(2)}},
		"a later one":            {req: page.Request{Size: 2, After: &some}, rows: []int{3}, want: []int{3}, info: page.Info{HasPreviousPage: true, StartCursor: key(3), EndCursor: key(3)}},
		"the last of more":       {req: page.Request{Size: 2, Backward: true}, rows: []int{9, 8, 7}, want: []int{8, 9}, info: page.Info{HasPreviousPage: true, StartCursor: key(8), EndCursor: key(9)}},
		"backwards to the start": {req: page.Request{Size: 2, Backward: true, Before: &some}, rows: []int{2, 1}, want: []int{1, 2}, info: page.Info{HasNextPage: true, StartCursor: key(1), EndCursor: key(2)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			counted := 0
			c := page.New(tt.req, tt.rows, at, func(context.Context) (int, error) { counted++; return 42, nil })
			if !slices.Equal(c.Nodes(), tt.want) {
				t.Errorf("rows %v, not %v", c.Nodes(), tt.want)
			}
			for i, e := range c.Edges {
				if e.Cursor != at(tt.want[i]).String() {
					t.Errorf("edge %d has another row's cursor", i)
				}
			}
			if diff := cmp.Diff(tt.info, *c.PageInfo); diff != "" {
				t.Errorf("info (-want +got):\n%s", diff)
			}
			if counted != 0 {
				t.Error("the list was counted before anybody asked")
			}
			if n, err := c.TotalCount(context.Background()); n != 42 || err != nil {
				t.Errorf("count %d, %v", n, err)
			}
		})
	}
}

func TestAGroupIsReadOnceForEachKey(t *testing.T) {
	ids := []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	g := page.NewGroup(ids...)
	var reads atomic.Int64
	load := func(key string, id uuid.UUID) (string, error) {
		return page.Load(context.Background(), g, key, id, func(_ context.Context, asked []uuid.UUID) (map[uuid.UUID]string, error) {
			reads.Add(1)
			if !slices.Equal(asked, ids) {
				t.Errorf("asked for %v", asked)
			}
			return map[uuid.UUID]string{ids[0]: key + "0", ids[1]: key + "1"}, nil
		})
	}
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			key := []string{"a", "b"}[i%2]
			want := map[int]string{0: key + "0", 1: key + "1", 2: ""}[i%3]
			if got, err := load(key, ids[i%3]); got != want || err != nil {
				t.Errorf("%q, %v, not %q", got, err, want)
			}
		}()
	}
	wg.Wait()
	if reads.Load() != 2 {
		t.Errorf("read %d times for two keys", reads.Load())
	}
}

func TestAFailureToReadAGroupIsEveryonesFailure(t *testing.T) {
	broken := errors.New("broken")
	id := uuid.New()
	for name, read := range map[string]func(context.Context, []uuid.UUID) (map[uuid.UUID]int, error){
		"an error": func(context.Context, []uuid.UUID) (map[uuid.UUID]int, error) { return nil, broken },
		"a panic":  func(context.Context, []uuid.UUID) (map[uuid.UUID]int, error) { panic(broken) },
	} {
		t.Run(name, func(t *testing.T) {
			g := page.NewGroup(id)
			func() {
				defer func() { _ = recover() }()
				if _, err := page.Load(context.Background(), g, "k", id, read); !errors.Is(err, broken) {
					t.Errorf("the first: %v", err)
				}
			}()
			if n, err := page.Load(context.Background(), g, "k", id, read); err == nil || n != 0 {
				t.Errorf("the second: %d, %v", n, err)
			}
		})
	}
}

func TestAGroupRemembers(t *testing.T) {
	g := page.NewGroup()
	if got := page.Recall[int](g, "k"); got != 0 {
		t.Errorf("before: %d", got)
	}
	g.Remember("k", 7)
	if got := page.Recall[int](g, "k"); got != 7 {
		t.Errorf("after: %d", got)
	}
	if got := page.Recall[string](g, "k"); got != "" {
		t.Errorf("as another type: %q", got)
	}
}

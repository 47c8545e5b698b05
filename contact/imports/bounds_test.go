package imports

import (
	"errors"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

// endless gives a beginning and then the same text for ever, and counts what it gave.
type endless struct {
	head, body string
	given      int64
	at         int
	peak       int64 // of the heap, whenever it was asked for more
}

func heap() int64 {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return int64(now.HeapAlloc)
}

const farTooMuch = 1 << 30

func (e *endless) Read(p []byte) (int, error) {
	if e.given > farTooMuch {
		return 0, io.EOF
	}
	n := copy(p, e.head)
	e.head = e.head[n:]
	for n < len(p) {
		k := copy(p[n:], e.body[e.at:])
		e.at = (e.at + k) % len(e.body)
		n += k
	}
	e.given += int64(n)
	e.peak = max(e.peak, heap())
	return n, nil
}

func TestAFileThatIsTooMuchIsGivenUpEarlyAndInLittleMemory(t *testing.T) {
	const header = "First Name,Last Name,E-mail 1 - Value\n"
	tests := map[string]struct {
		file         endless
		code         fault.Code
		reads, holds int64 // bytes at most
	}{
		"1 GB of commas":              {endless{body: ","}, fault.TooLarge, 256 << 10, 4 << 20},
		"1 GB of commas by lines":     {endless{body: strings.Repeat(",", 99) + "\n"}, fault.TooLarge, maxFile + 1<<20, 4 << 20},
		"a header, then commas":       {endless{head: header, body: ","}, fault.TooLarge, 256 << 10, 4 << 20},
		"a quoted cell without end":   {endless{head: header + "\"", body: "more "}, fault.TooLarge, 2 << 20, 8 << 20},
		"a header without end":        {endless{head: "\"", body: "more "}, fault.TooLarge, 2 << 20, 8 << 20},
		"a line without end":          {endless{head: header, body: "x"}, fault.TooLarge, 2 << 20, 8 << 20},
		"a cell after a quoted one":   {endless{head: header + "\"a\"", body: "x"}, fault.TooLarge, 2 << 20, 8 << 20},
		"rows without end":            {endless{head: header, body: "A,B,a@b.gr\n"}, fault.TooLarge, 4 << 20, 200 << 20},
		"blank lines without end":     {endless{head: header, body: "\n"}, fault.TooLarge, maxFile + 1<<20, 4 << 20},
		"large rows without end":      {endless{head: "First Name,Notes\n", body: "A," + strings.Repeat("x", 10_000) + "\n"}, fault.TooLarge, maxFile + 1<<20, 100 << 20},
		"a spreadsheet":               {endless{head: "PK\x03\x04", body: "\x14\x00\x06"}, fault.Invalid, 128 << 10, 4 << 20},
		"zeros":                       {endless{body: "\x00"}, fault.Invalid, 128 << 10, 4 << 20},
		"zeros after a while":         {endless{head: header + strings.Repeat("A,B,\n", 2000), body: "\x00"}, fault.Invalid, 256 << 10, 8 << 20},
		"UTF-16 zeros":                {endless{head: "\xff\xfe", body: "\x00"}, fault.Invalid, 256 << 10, 4 << 20},
		"text without any line end":   {endless{body: "lorem ipsum "}, fault.TooLarge, 2 << 20, 8 << 20},
		"text that is not UTF-8":      {endless{body: "\xc1\xe2\xe3"}, fault.TooLarge, 2 << 20, 8 << 20},
		"marks alone":                 {endless{body: "\""}, fault.TooLarge, 2 << 20, 8 << 20},
		"separators of all four":      {endless{body: ",;\t|"}, fault.TooLarge, 256 << 10, 4 << 20},
		"carriage returns":            {endless{head: header, body: "\r"}, fault.TooLarge, maxFile + 1<<20, 4 << 20},
		"broken rows without end":     {endless{head: header, body: "\"a\"b\n"}, fault.TooLarge, 2 << 20, 8 << 20},
		"rejected rows without end":   {endless{head: header, body: "A,B,nonsense\n"}, fault.TooLarge, 4 << 20, 8 << 20},
		"rows that are wider than it": {endless{head: header, body: "A,B,,C\n"}, fault.TooLarge, 2 << 20, 8 << 20},
	}
	defer debug.SetGCPercent(debug.SetGCPercent(30)) // so that the heap is what is held
	countries()                                      // made once
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			file := tt.file
			runtime.GC()
			before := heap()
			_, err := parse(&file, false)
			grown := file.peak - before
			if !errors.Is(err, fault.New(tt.code, "file", "")) {
				t.Errorf("got %v, want %s on file", err, tt.code)
			}
			if file.given > tt.reads {
				t.Errorf("%d bytes were read, want at most %d", file.given, tt.reads)
			}
			if grown > tt.holds {
				t.Errorf("the heap grew by %d bytes, want at most %d", grown, tt.holds)
			}
		})
	}
}

// What an import holds grows by some bytes a row, of the keys that rows took.
func TestALargeImportHoldsLittleMemory(t *testing.T) {
	const rows = 20_000
	d := dbtest.SQLite(t)
	ctx := dbtest.Tenant(t, d, viewer.Owner)
	s := service(d)
	i, err := s.uploaded(ctx, Input{File: strings.NewReader(manyRows(rows))})
	must(t, err)
	_, err = s.Run(ctx, IDInput{ID: i.ID})
	must(t, err)
	runtime.GC()
	before, peak := heap(), int64(0)
	s.Progress = func(uuid.UUID, uuid.UUID) {
		runtime.GC()
		peak = max(peak, heap())
	}
	if r, err := s.settled(ctx, i.ID); err != nil || r.Created != rows {
		t.Fatalf("%+v, %v", r, err)
	}
	if held := peak - before; held > 12<<20+rows*400 {
		t.Errorf("%d bytes were held, %d a row", held, held/rows)
	} else {
		t.Logf("%d bytes were held", held)
	}
}

package imports

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/kartela/kartela/fault"
)

func encoded(t testing.TB, e encoding.Encoding, s string) string {
	t.Helper()
	out, err := e.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTextIsDecodedWhateverItsEncoding(t *testing.T) {
	const greek = "Επωνυμία;Πόλη\nΆλφα ΑΕ;Έδεσσα €\n"
	latin := strings.Repeat("Plain name;Town\n", 20_000)
	tests := map[string]struct{ file, want string }{
		"UTF-8":                             {greek, greek},
		"UTF-8 with a BOM":                  {"\xef\xbb\xbf" + greek, greek},
		"UTF-16 little end":                 {encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), greek), greek},
		"UTF-16 little end, no mark":        {encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), greek+latin[:999]), greek + latin[:999]},
		"UTF-16 big end, no mark":           {encoded(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), greek+latin[:999]), greek + latin[:999]},
		"UTF-16 big end":                    {encoded(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), greek), greek},
		"Windows-1253":                      {encoded(t, charmap.Windows1253, greek), greek},
		"Windows-1253 after much ASCII":     {latin + encoded(t, charmap.Windows1253, greek), latin + greek},
		"UTF-8 after much ASCII":            {latin + greek, latin + greek},
		"ASCII":                             {"a;b\n", "a;b\n"},
		"one bad byte in UTF-8":             {greek + "\xff" + greek, greek + "\uffff" + greek},
		"a replacement character in UTF-8":  {"\xef\xbb\xbfa\ufffd", "a\ufffd"},
		"a byte Windows-1253 does not have": {encoded(t, charmap.Windows1253, greek) + "\xd2", greek + "\uffff"},
		"half a surrogate pair in UTF-16":   {"\xff\xfea\x00\x00\xd8b\x00", "a\uffffb"},
		"a cut character at the end":        {"\xef\xbb\xbfa\xce", "a\uffff"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for how, file := range map[string]io.Reader{"whole": strings.NewReader(tt.file), "by bytes": iotest.OneByteReader(strings.NewReader(tt.file))} {
				sniff := &sniffer{}
				_, _ = io.Copy(sniff, iotest.OneByteReader(strings.NewReader(tt.file)))
				again := &sniffer{}
				_, _ = again.Write([]byte(tt.file))
				if sniff.encoding() != again.encoding() {
					t.Errorf("%s byte by byte, %s at once", sniff.encoding(), again.encoding())
				}
				r, err := decode(file, again.encoding())
				if err != nil {
					t.Fatal(how, err)
				}
				got, err := io.ReadAll(r)
				if err != nil {
					t.Fatal(how, err)
				}
				if string(got) != tt.want {
					t.Errorf("%s: (-want +got):\n%s", how, cmp.Diff(tt.want[max(0, len(tt.want)-200):], string(got[max(0, len(got)-200):])))
				}
			}
		})
	}
}

func TestWhatIsNoTextIsRefused(t *testing.T) {
	tests := map[string]string{
		"nothing":              "",
		"an Excel workbook":    "PK\x03\x04\x14\x00\x06\x00",
		"an Excel file of old": "\xd0\xcf\x11\xe0\xa1\xb1",
		"a PDF":                "%PDF-1.7\nName,Company\n",
		"a picture":            "\x89PNG\r\n\x1a\nName",
		"NUL at the start":     "Name,Company\x00\nA,B\n",
		"control characters":   "Name\x01\x02\x03\x04\x05,Company\n",
	}
	for name, file := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := decode(strings.NewReader(file), UTF8); !errors.Is(err, fault.New(fault.Invalid, "file", "")) {
				t.Errorf("got %v, want INVALID on file", err)
			}
		})
	}
}

func TestAFailingFileFailsTheReading(t *testing.T) {
	broken := errors.New("the line went dead")
	_, err := decode(iotest.ErrReader(broken), UTF8)
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	r, err := decode(io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("a,b\n"), 50_000)), iotest.ErrReader(broken)), UTF8)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

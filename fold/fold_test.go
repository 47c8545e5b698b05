package fold_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/kartela/kartela/fold"
)

func TestFoldMakesOneTextOfWhatPeopleTakeForTheSame(t *testing.T) {
	for name, tt := range map[string]struct{ a, b string }{
		"accents":                {"Αθήνα", "αθηνα"},
		"capitals":               {"ΑΘΗΝΑ", "αθήνα"},
		"final sigma":            {"Αθήνας", "ΑΘΗΝΑΣ"},
		"dialytika and tonos":    {"ΜΑΪΟΣ ταΐστε", "μαιος ταιστε"},
		"Latin marks":            {"Müller Épicerie", "muller epicerie"},
		"composed or decomposed": {"Ε\u0301λλη", "Έλλη"},
		"spaces":                 {"  Καλή \t Γη\u00a0ΑΕ ", "καλη γη αε"},
		"an unseen zero":         {"Καλή\x00 Γη", "καλη γη"},
	} {
		t.Run(name, func(t *testing.T) {
			if a, b := fold.Text(tt.a), fold.Text(tt.b); a != b {
				t.Errorf("%q folds to %q, %q to %q", tt.a, a, tt.b, b)
			}
		})
	}
}

func TestFoldingTwiceChangesNothingMore(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		once := fold.Text("a" + string(r) + "b")
		if twice := fold.Text(once); twice != once {
			t.Errorf("%U folds to %q and then to %q", r, once, twice)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		once := fold.Text(rapid.String().Draw(t, "text"))
		if twice := fold.Text(once); twice != once {
			t.Fatalf("%q, then %q", once, twice)
		}
		if strings.TrimSpace(once) != once || !utf8.ValidString(once) {
			t.Fatalf("%q", once)
		}
	})
}

func TestCleanTextIsKeptByBothDatabases(t *testing.T) {
	for s, want := range map[string]string{
		"":                         "",
		"Καλή Γη":                  "Καλή Γη",
		" \t a  b \u00a0\n":        "a  b",
		"α\x00β":                   "αβ",
		" \x00 α \x00 ":            "α",
		"α\xffβ":                   "α�β",
		"α\xff\xfe\x00β":           "α�β",
		"e\u0301 ς Σ stay as said": "e\u0301 ς Σ stay as said",
	} {
		if got := fold.Clean(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		once := fold.Clean(string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")))
		if twice := fold.Clean(once); twice != once {
			t.Fatalf("%q, then %q", once, twice)
		}
		if !utf8.ValidString(once) || strings.ContainsRune(once, 0) || strings.TrimSpace(once) != once {
			t.Fatalf("%q", once)
		}
	})
}

func TestAFileIsNamedWithoutItsFolders(t *testing.T) {
	for name, want := range map[string]string{
		"Τιμολόγιο 12.pdf": "Τιμολόγιο 12.pdf", "/etc/passwd": "passwd", `C:\Users\me\a.pdf`: "a.pdf", "../../a.csv": "a.csv",
		" a\r\nb\x00 ": "ab", "axb": "ab", "": "", ".": "", "..": "", "/": "", `\`: "", "a/..": "", ".x.": "", "\x01": "",
	} {
		if got := fold.FileName(name, func(r rune) bool { return r == 'x' }); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestClipCountsCharacters(t *testing.T) {
	for name, tt := range map[string]struct {
		s    string
		most int
		want string
	}{
		"shorter":          {"αβγ", 4, "αβγ"},
		"as long":          {"αβγ", 3, "αβγ"},
		"longer":           {"αβγδ", 3, "αβγ"},
		"more bytes alone": {"αβγ", 5, "αβγ"},
		"none":             {"", 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fold.Clip(tt.s, tt.most); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

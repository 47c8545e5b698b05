package letter

import (
	"strings"
	"testing"
)

func TestALetterIsLaidOutBothWaysAndTakesNoMarkup(t *testing.T) {
	l := Letter{Subject: "S", Paragraphs: []string{"Οι <b>λέξεις</b>\nτου πελάτη", "Τέλος"}, Button: "Άνοιγμα", Link: "https://k.example/a?b=1&c=2",
		Settings: "Ρυθμίσεις", SettingsAt: "https://k.example/s"}
	for _, want := range []string{"Οι <b>λέξεις</b>\nτου πελάτη\n\nΤέλος", "Άνοιγμα:\nhttps://k.example/a?b=1&c=2", "Ρυθμίσεις\nhttps://k.example/s"} {
		if !strings.Contains(l.Text(), want) {
			t.Errorf("the text has no %q:\n%s", want, l.Text())
		}
	}
	for _, want := range []string{"<p>Οι &lt;b&gt;λέξεις&lt;/b&gt;<br>\nτου πελάτη</p>", `<a href="https://k.example/a?b=1&amp;c=2">Άνοιγμα</a>`, `<a href="https://k.example/s">Ρυθμίσεις</a>`} {
		if !strings.Contains(l.HTML(), want) {
			t.Errorf("the HTML has no %q:\n%s", want, l.HTML())
		}
	}
}

func TestALetterThatWasAskedForHasNoFoot(t *testing.T) {
	l := Letter{Paragraphs: []string{"P"}, Button: "B", Link: "https://k.example/a", After: "If you did not ask for it <you>, do nothing."}
	if want := "P\n\nB:\nhttps://k.example/a\n\nIf you did not ask for it <you>, do nothing.\n"; l.Text() != want {
		t.Errorf("the text is %q", l.Text())
	}
	if want := "<p>P</p>\n<p><a href=\"https://k.example/a\">B</a></p>\n<p>If you did not ask for it &lt;you&gt;, do nothing.</p>\n"; l.HTML() != want {
		t.Errorf("the HTML is %q", l.HTML())
	}
}

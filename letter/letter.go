// Package letter lays out the e-mails that people get: a few sentences, one link, and how to get
// no more of them, as plain text and as HTML. It owns the form; the words are those of who writes.
package letter

import (
	"html"
	"strings"
)

// Letter is an e-mail before it is laid out.
type Letter struct {
	Subject    string
	Paragraphs []string
	Button     string // the words of the link
	Link       string
	Settings   string // the words of how to get no more of them
	SettingsAt string // where
}

// Text is the letter as plain text.
func (l Letter) Text() string {
	return strings.Join(l.Paragraphs, "\n\n") + "\n\n" + l.Button + ":\n" + l.Link + "\n\n--\n" + l.Settings + "\n" + l.SettingsAt + "\n"
}

// HTML is the letter for readers that show HTML.
func (l Letter) HTML() string {
	var b strings.Builder
	for _, p := range l.Paragraphs {
		b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(p), "\n", "<br>\n") + "</p>\n")
	}
	b.WriteString(`<p>` + anchor(l.Link, l.Button) + "</p>\n")
	b.WriteString(`<p><small>` + anchor(l.SettingsAt, l.Settings) + "</small></p>\n")
	return b.String()
}

func anchor(to, words string) string {
	return `<a href="` + html.EscapeString(to) + `">` + html.EscapeString(words) + `</a>`
}

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
	After      string // a last paragraph, after the link; may be empty
	Settings   string // the words of how to get no more of them; empty where it was asked for
	SettingsAt string // where
}

// Text is the letter as plain text.
func (l Letter) Text() string {
	text := strings.Join(l.Paragraphs, "\n\n") + "\n\n" + l.Button + ":\n" + l.Link + "\n"
	if l.After != "" {
		text += "\n" + l.After + "\n"
	}
	if l.Settings != "" {
		text += "\n--\n" + l.Settings + "\n" + l.SettingsAt + "\n"
	}
	return text
}

// HTML is the letter for readers that show HTML.
func (l Letter) HTML() string {
	var b strings.Builder
	for _, p := range l.Paragraphs {
		b.WriteString(paragraph(p))
	}
	b.WriteString(`<p>` + anchor(l.Link, l.Button) + "</p>\n")
	if l.After != "" {
		b.WriteString(paragraph(l.After))
	}
	if l.Settings != "" {
		b.WriteString(`<p><small>` + anchor(l.SettingsAt, l.Settings) + "</small></p>\n")
	}
	return b.String()
}

func paragraph(text string) string {
	return "<p>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\n") + "</p>\n"
}

func anchor(to, words string) string {
	return `<a href="` + html.EscapeString(to) + `">` + html.EscapeString(words) + `</a>`
}

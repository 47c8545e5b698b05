package pdf

import (
	"bytes"
	_ "embed" // the fonts
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
)

// DejaVu Sans Condensed has Latin, Greek, Cyrillic and the signs of currencies.
var (
	//go:embed fonts/DejaVuSansCondensed.ttf
	regular []byte
	//go:embed fonts/DejaVuSansCondensed-Bold.ttf
	bold []byte
)

const family = "dejavu"

// The page, in millimetres.
const (
	pageWidth  = 210.0
	pageHeight = 297.0
	margin     = 15.0
	inner      = pageWidth - 2*margin
	bottom     = pageHeight - 22 // where the footer begins
	leading    = 1.35            // height of a line of text, in heights of its letters
	point      = 25.4 / 72
)

// ink is a colour.
type ink struct{ r, g, b int }

var (
	black = ink{28, 31, 36}
	grey  = ink{105, 112, 122}
	line  = ink{208, 212, 218}
	pale  = ink{243, 244, 246}
	faint = ink{228, 230, 234}
)

// paper is a page under the pen. y is where the next thing is drawn.
type paper struct {
	*fpdf.Fpdf
	t         *texts
	y         float64
	size      float64 // of the letters, in points
	onNewPage func()  // draws what stands at the top of every page but the first
}

// newPaper opens an A4 paper. The same things drawn on it give the same bytes.
func newPaper(l Language, title, author, mark string) *paper {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(time.Unix(0, 0).UTC())
	f.SetModificationDate(time.Unix(0, 0).UTC())
	f.SetProducer("Kartela", true)
	f.SetTitle(title, true)
	f.SetAuthor(author, true)
	f.SetLang(string(l))
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(false, 0)
	f.SetCellMargin(0)
	f.AddUTF8FontFromBytes(family, "", regular)
	f.AddUTF8FontFromBytes(family, "B", bold)
	f.AliasNbPages("{nb}")
	p := &paper{Fpdf: f, t: textsIn(l)}
	f.SetHeaderFunc(func() { p.across(mark) })
	f.SetFooterFunc(func() { p.foot(author) })
	p.AddPage()
	p.y = margin
	return p
}

// printable leaves out what has no glyph or would break the page: what is no letter of the
// basic plane stands as a box, whatever controls as a space.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r' || r == unicode.ReplacementChar:
			return -1
		case unicode.IsControl(r):
			return ' '
		case r > 0xFFFF:
			return '□'
		}
		return r
	}, s)
}

// font takes a size and weight.
func (p *paper) font(size float64, style string, c ink) {
	p.size = size
	p.SetFont(family, style, size)
	p.SetTextColor(c.r, c.g, c.b)
}

// height is that of a line of text.
func (p *paper) height() float64 { return p.size * point * leading }

// room begins a new page when less than h is left, and says whether it did.
func (p *paper) room(h float64) bool {
	if p.y+h <= bottom {
		return false
	}
	size := p.size
	p.AddPage()
	p.y = margin
	if p.onNewPage != nil {
		p.onNewPage()
	}
	p.size = size
	return true
}

// wrap cuts text into lines of at most a width: between words, and in a word that is wider.
func (p *paper) wrap(s string, width float64) (lines []string) {
	for paragraph := range strings.SplitSeq(strings.TrimSpace(printable(s)), "\n") {
		lines = append(lines, p.wrapOne(paragraph, width)...)
	}
	return lines
}

func (p *paper) wrapOne(s string, width float64) (lines []string) {
	line, used, space := "", 0.0, p.GetStringWidth(" ")
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == '\t' }) { // and not between an amount and its sign
		w := p.GetStringWidth(word)
		if line != "" && used+space+w <= width {
			line, used = line+" "+word, used+space+w
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for w > width { // a word that fits no line is cut where it must be
			cut, part := 0, 0.0
			for i, r := range word {
				step := p.GetStringWidth(string(r))
				if i > 0 && part+step > width {
					cut = i
					break
				}
				part += step
			}
			if cut == 0 {
				break
			}
			lines, word = append(lines, word[:cut]), word[cut:]
			w = p.GetStringWidth(word)
		}
		line, used = word, w
	}
	return append(lines, line)
}

// Where text stands in its width.
const (
	left   = "L"
	right  = "R"
	middle = "C"
)

// say writes one line at a place, without moving on.
func (p *paper) say(x, y, width float64, align, s string) {
	p.SetXY(x, y)
	p.CellFormat(width, p.height(), printable(s), "", 0, align+"M", false, 0, "")
}

// paragraph writes lines, one below the other, across pages, and moves on.
func (p *paper) paragraph(x, width float64, s string, size float64, style string, c ink) {
	p.font(size, style, c)
	for _, l := range p.wrap(s, width) {
		p.room(p.height())
		p.font(size, style, c)
		p.say(x, p.y, width, left, l)
		p.y += p.height()
	}
}

// rule draws a line across.
func (p *paper) rule(x, width float64) {
	p.SetDrawColor(line.r, line.g, line.b)
	p.SetLineWidth(0.2)
	p.Line(x, p.y, x+width, p.y)
}

// across writes a word over the whole page, behind what is drawn later.
func (p *paper) across(mark string) {
	if mark == "" {
		return
	}
	p.font(90, "B", faint)
	w := p.GetStringWidth(mark)
	p.TransformBegin()
	p.TransformRotate(45, pageWidth/2, pageHeight/2)
	p.SetXY((pageWidth-w)/2, pageHeight/2-p.height()/2)
	p.CellFormat(w, p.height(), mark, "", 0, middle, false, 0, "")
	p.TransformEnd()
}

// foot numbers the page.
func (p *paper) foot(author string) {
	p.font(7.5, "", grey)
	y := pageHeight - 14
	p.say(margin, y, inner*0.7, left, p.fit(author, inner*0.7))
	number := p.t.page + " " + strconv.Itoa(p.PageNo()) + " / "
	width := p.GetStringWidth(number + "00") // the count of pages takes its place at the end
	p.say(margin+inner-width, y, width, left, number+"{nb}")
}

// fit cuts text to a width.
func (p *paper) fit(s string, width float64) string {
	lines := p.wrap(s, width)
	if len(lines) > 1 {
		return strings.TrimRight(lines[0], " ") + "…"
	}
	return strings.Join(lines, "")
}

// logo draws an image into a box at a place, keeping its shape. It gives its height.
func (p *paper) logo(image []byte, x, y, width, height float64) (float64, error) {
	var kind string
	switch {
	case bytes.HasPrefix(image, []byte("\x89PNG")):
		kind = "PNG"
	case bytes.HasPrefix(image, []byte("\xff\xd8")):
		kind = "JPG"
	default:
		return 0, fmt.Errorf("pdf: the logo is neither PNG nor JPEG")
	}
	options := fpdf.ImageOptions{ImageType: kind}
	info := p.RegisterImageOptionsReader("logo", options, bytes.NewReader(image))
	if p.Err() {
		return 0, fmt.Errorf("pdf: the logo: %w", p.Error())
	}
	scale := min(width/info.Width(), height/info.Height())
	w, h := info.Width()*scale, info.Height()*scale
	p.ImageOptions("logo", x, y, w, h, false, options, 0, "")
	return h, nil
}

// write ends the paper.
func (p *paper) write(w io.Writer) error {
	if err := p.Output(w); err != nil {
		return fmt.Errorf("pdf: write: %w", err)
	}
	return nil
}

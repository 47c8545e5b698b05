package sheet

import (
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// format is how a number is shown, as far as that says more than the number.
type format struct {
	date, hours bool
	zeros       int // digits at the least
	percent     bool
	text        bool
}

// readStyles reads how the cells of each style show numbers.
func (b *book) readStyles(rels map[string]relation) error {
	codes, used := map[int]string{}, false
	return b.each(rels, "/styles", func(_ *tokens, token xml.Token) error {
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "numFmt":
				if id, err := strconv.Atoi(attr(e, "numFmtId")); err == nil {
					codes[id] = attr(e, "formatCode")
				}
			case "cellXfs":
				used = true
			case "xf":
				if used {
					id, _ := strconv.Atoi(attr(e, "numFmtId"))
					b.styles = append(b.styles, formatOf(id, codes[id]))
				}
			}
		case xml.EndElement:
			if e.Name.Local == "cellXfs" {
				return io.EOF
			}
		}
		return nil
	})
}

// beside are the parts of a format that are shown as they are, and those in brackets.
var beside = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]]*\]`)

// formatOf reads a format: those without a code are built in (ECMA-376, 18.8.30).
func formatOf(id int, code string) format {
	if code == "" {
		switch {
		case id == 9, id == 10:
			return format{percent: true}
		case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 58:
			return format{date: true}
		case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47:
			return format{hours: true}
		case id == 22:
			return format{date: true, hours: true}
		case id == 49:
			return format{text: true}
		}
		return format{}
	}
	elapsed := strings.Contains(strings.ToLower(code), "[h") || strings.Contains(strings.ToLower(code), "[m") || strings.Contains(strings.ToLower(code), "[s")
	code = strings.ToLower(beside.ReplaceAllString(strings.SplitN(code, ";", 2)[0], ""))
	switch {
	case code == "@":
		return format{text: true}
	case code == "general":
		return format{}
	case elapsed:
		return format{}
	case strings.ContainsAny(code, "yd"), strings.Contains(code, "m") && !strings.ContainsAny(code, "hs"):
		return format{date: true, hours: strings.ContainsAny(code, "hs")}
	case strings.ContainsAny(code, "hs"):
		return format{hours: true}
	case strings.Contains(code, "%"):
		return format{percent: true}
	}
	if digits := strings.Map(onlyDigits, code); digits != "" && strings.Trim(digits, "0") == "" && !strings.ContainsAny(code, ".,#?e") {
		return format{zeros: len(digits)}
	}
	return format{}
}

func onlyDigits(r rune) rune {
	if r == '0' || r == '#' || r == '?' {
		return r
	}
	return -1
}

// shown is a number as a person reads it.
func (b *book) shown(number string, style int) string {
	f := format{}
	if style >= 0 && style < len(b.styles) {
		f = b.styles[style]
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return number
	}
	switch {
	case (f.date || f.hours) && v >= 0 && v < 2_958_466: // the year 10000
		return b.instant(v, f)
	case f.percent:
		return plain(v*100) + "%"
	case f.zeros > 0 && v >= 0 && v == math.Trunc(v):
		return strings.Repeat("0", max(0, f.zeros-len(plain(v)))) + plain(v)
	}
	return plain(v)
}

// plain is a number digit by digit. Excel keeps 15 digits: what stands behind them is noise
// of binary fractions.
func plain(v float64) string {
	short := strconv.FormatFloat(v, 'g', 15, 64)
	if again, err := strconv.ParseFloat(short, 64); err == nil && v != math.Trunc(v) {
		v = again
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// instant is a date or a time of day. Day 60 of 1900, which Excel has and the calendar has
// not, is the day before.
func (b *book) instant(v float64, f format) string {
	days := math.Floor(v)
	seconds := math.Round((v - days) * 86400)
	if b.dates == 0 && days >= 60 {
		days--
	}
	t := time.Date(1899, time.December, 31, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(days)+b.dates).Add(time.Duration(seconds) * time.Second)
	if b.dates > 0 {
		t = t.AddDate(0, 0, -1)
	}
	switch {
	case f.date && (f.hours || seconds != 0):
		return t.Format("2006-01-02 15:04:05")
	case f.date:
		return t.Format(time.DateOnly)
	}
	return t.Format(time.TimeOnly)
}

package vies

import (
	"regexp"
	"strings"
)

// place is a postal code with its city, as states write them: "10434 - ΑΘΗΝΑ", "1010 Wien",
// "L-1234 LUXEMBOURG", "1012AB AMSTERDAM", "123 45 STOCKHOLM", "1000-001 LISBOA",
// "LV-1010", and a code alone.
var place = regexp.MustCompile(`^((?:[A-Z]{1,2}-)?(?:\d{3} \d{2}|\d{4}-\d{3}|\d{2}-\d{3}|\d{4} ?[A-Z]{2}|\d{4,6}))(?:\s*-\s*|\s+|$)(.*)$`)

// address splits the text that VIES gives as well as can be. What it cannot tell apart stays
// in the line, so that nothing is lost.
func address(s string) (line, postalCode, city string) {
	parts := split(s, "\n")
	if len(parts) == 1 {
		parts = split(s, ",")
	}
	for i := len(parts) - 1; i > 0 && i >= len(parts)-2; i-- { // the last may be the state's name
		m := place.FindStringSubmatch(parts[i])
		if m == nil || (i < len(parts)-1 && strings.ContainsAny(parts[len(parts)-1], "0123456789")) {
			continue
		}
		street := parts[:i]
		if m[2] == "" && i > 1 { // the city stands before its code
			street, m[2] = parts[:i-1], parts[i-1]
		}
		return strings.Join(street, ", "), m[1], strings.TrimSpace(m[2])
	}
	return strings.Join(parts, ", "), "", ""
}

func split(s, separator string) []string {
	var out []string
	for _, p := range strings.Split(s, separator) {
		if p = collapsed(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

package imports

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/kartela/kartela/contact"
)

// countryCode gives the two letters of ISO 3166-1 for a country's name in one of the languages
// of documents, for its two letters or its three; false for anything else.
func countryCode(name string) (string, bool) {
	code, ok := countries()[key(name)]
	return code, ok
}

var countries = sync.OnceValue(func() map[string]string {
	out := map[string]string{"uk": "GB", "greatbritain": "GB", "england": "GB", "αγγλια": "GB", "el": "GR", "hellas": "GR",
		"usa": "US", "america": "US", "ηπα": "US", "αμερικη": "US", "holland": "NL", "ολλανδια": "NL"}
	var names []display.Namer
	for l := range contact.Languages {
		names = append(names, display.Regions(language.MustParse(l)))
	}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			r, err := language.ParseRegion(code)
			if err != nil || !r.IsCountry() || r.Canonicalize().String() != code {
				continue // among them countries of old: DD is no Germany to write to
			}
			spellings := []string{code, r.ISO3()}
			for _, n := range names {
				spellings = append(spellings, n.Name(r))
			}
			for _, s := range spellings {
				if k := key(s); k != "" && !strings.EqualFold(s, "ZZZ") {
					if _, taken := out[k]; !taken {
						out[k] = code
					}
				}
			}
		}
	}
	return out
})

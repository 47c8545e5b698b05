package banktransfer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/onlinepayment/banktransfer"
)

func TestWhatIsAnIBAN(t *testing.T) {
	tests := map[string]struct {
		in, out string // "" for refused
	}{
		"Greek, in groups":      {"GR16 0110 1250 0000 0001 2300 695", "GR1601101250000000012300695"},
		"German, small letters": {"de89370400440532013000", "DE89370400440532013000"},
		"with letters inside":   {"GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432"},
		"a digit changed":       {"GR16 0110 1250 0000 0001 2300 696", ""},
		"two digits exchanged":  {"GR16 0110 1205 0000 0001 2300 695", ""},
		"too short":             {"GR16 0110 1250 0000 0001 2300", ""},
		"no such country":       {"XX16 0110 1250 0000 0001 2300 695", ""},
		"other characters":      {"GR16-0110-1250-0000-0001-2300-695", ""},
		"nothing":               {"", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := banktransfer.ParseIBAN(tt.in)
			if got != tt.out || (err != nil) != (tt.out == "") {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func TestWhatIsABIC(t *testing.T) {
	for in, want := range map[string]string{"ethngraa": "ETHNGRAA", "DEUT DE FF 500": "DEUTDEFF500", "ETHN1RAA": "", "ETHNGR": "", "": ""} {
		if got, err := banktransfer.ParseBIC(in); got != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q, %v", in, got, err)
		}
	}
}

// Every reference is right by the standard's own check, and every change of one character is
// found.
func TestAReferenceChecksItself(t *testing.T) {
	for known, right := range map[string]bool{"RF18 5390 0754 7034": true, "rf18000000000539007547034": true, "RF19 5390 0754 7034": false, "RF18": false} {
		if banktransfer.IsReference(known) != right {
			t.Errorf("%s: %v", known, !right)
		}
	}
	seen := map[string]bool{}
	for range 200 {
		ref := banktransfer.NewReference()
		if !banktransfer.IsReference(ref) || len(ref) != 20 || seen[ref] {
			t.Fatalf("%s", ref)
		}
		seen[ref] = true
		for i := 4; i < len(ref); i++ {
			other := '0' + (ref[i]-'0'+1)%10
			if wrong := ref[:i] + string(other) + ref[i+1:]; banktransfer.IsReference(wrong) {
				t.Errorf("%s passes for %s", wrong, ref)
			}
		}
	}
}

func TestTheCodeOfATransfer(t *testing.T) {
	one := banktransfer.Transfer{Holder: "Δοκιμή ΑΕ", IBAN: "GR1601101250000000012300695", BIC: "ETHNGRAA", Amount: money.New(123456, "EUR"), Reference: "RF18539007547034"}
	want := []string{"BCD", "002", "1", "SCT", "ETHNGRAA", "Δοκιμή ΑΕ", "GR1601101250000000012300695", "EUR1234.56", "", "RF18539007547034"}
	if diff := cmp.Diff(want, strings.Split(one.QR(), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	one.Amount = money.New(1000, "USD")
	if one.QR() != "" {
		t.Error("a transfer in dollars has a code")
	}
	if got := banktransfer.Grouped("GR1601101250000000012300695"); got != "GR16 0110 1250 0000 0001 2300 695" {
		t.Error(got)
	}
}

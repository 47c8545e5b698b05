package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kartela/kartela/fault"
)

var (
	errSQL  = errors.New(`ERROR: duplicate key value violates unique constraint "contacts_key" (/var/lib/kartela.db)`)
	bad     = fault.New(fault.Invalid, "amount", "An amount has at most %d digits.", 2)
	clash   = fault.New(fault.Conflict, "", "It is void.")
	unknown = &fault.Error{Code: fault.Internal, Text: "Something went wrong on our side. Nothing was changed."}
)

func TestWhatMayBeShownOfAnError(t *testing.T) {
	tests := map[string]struct {
		err  error
		want *fault.Error
	}{
		"a fault":                 {bad, bad},
		"wrapped":                 {fmt.Errorf("payment: record: %w", bad), bad},
		"the first of several":    {fault.List{clash, bad}, clash},
		"several, wrapped":        {fmt.Errorf("x: %w", fault.List{clash, bad}), clash},
		"joined with our failure": {errors.Join(clash, errSQL), clash},
		"our failure":             {errSQL, unknown},
		"our failure, wrapped":    {fmt.Errorf("ledger: append: %w", errSQL), unknown},
		"nothing known":           {errors.New(""), unknown},
		"an empty list":           {fault.List{}, unknown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, fault.From(tt.err)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !fault.IsCode(tt.err, tt.want.Code) && tt.want != unknown {
				t.Errorf("it has not the code %s", tt.want.Code)
			}
		})
	}
}

func TestInternalsNeverShow(t *testing.T) {
	got := fault.From(fmt.Errorf("open /etc/kartela/secret: %w", errSQL))
	for _, word := range []string{"contacts_key", "ERROR", "/etc", "/var"} {
		if strings.Contains(got.Text, word) || strings.Contains(got.Error(), word) {
			t.Errorf("%q shows %q", got, word)
		}
	}
}

func TestAListCollectsWithPrefixes(t *testing.T) {
	var l fault.List
	add := func(prefix string, err error) error { return l.Add(prefix, err) }
	for _, err := range []error{
		add("x", nil),
		add("lines.2", bad),
		add("lines.3", clash),
		add("", bad),
		add("parts", fmt.Errorf("wrapped: %w", fault.List{bad, clash})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := fault.List{
		{Code: fault.Invalid, Field: "lines.2.amount", Text: bad.Text},
		{Code: fault.Conflict, Field: "lines.3", Text: clash.Text},
		{Code: fault.Invalid, Field: "amount", Text: bad.Text},
		{Code: fault.Invalid, Field: "parts.amount", Text: bad.Text},
		{Code: fault.Conflict, Field: "parts", Text: clash.Text},
	}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if bad.Field != "amount" {
		t.Error("the fault that was added has changed")
	}
	if err := add("x", errSQL); !errors.Is(err, errSQL) || len(l) != len(want) {
		t.Errorf("our failure: %v, list of %d", err, len(l))
	}
}

func TestAListAsAnError(t *testing.T) {
	tests := map[string]struct {
		list fault.List
		want error
	}{
		"none":    {nil, nil},
		"one":     {fault.List{bad}, bad},
		"several": {fault.List{bad, clash}, fault.List{bad, clash}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := tt.list.Err()
			if (got == nil) != (tt.want == nil) || got != nil && got.Error() != tt.want.Error() {
				t.Errorf("%v, not %v", got, tt.want)
			}
			for _, e := range tt.list {
				if !errors.Is(got, e) {
					t.Errorf("%v is not seen in it", e)
				}
			}
		})
	}
}

func TestFaultsAreComparedByCodeAndNamedField(t *testing.T) {
	tests := map[string]struct {
		target error
		want   bool
	}{
		"the code":              {fault.New(fault.Invalid, "", ""), true},
		"the code and field":    {fault.New(fault.Invalid, "amount", "other words"), true},
		"another field":         {fault.New(fault.Invalid, "date", ""), false},
		"another code":          {fault.New(fault.Conflict, "amount", ""), false},
		"no fault":              {errSQL, false},
		"the text alone, never": {errors.New(bad.Error()), false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := errors.Is(fmt.Errorf("x: %w", bad), tt.target); got != tt.want {
				t.Errorf("%v, not %v", got, tt.want)
			}
		})
	}
}

func TestJoin(t *testing.T) {
	if err := fault.Join(nil, nil); err != nil {
		t.Errorf("of nothing: %v", err)
	}
	if err := fault.Join(nil, bad, nil, fault.List{clash}); err.Error() != (fault.List{bad, clash}).Error() {
		t.Errorf("of two: %v", err)
	}
	if err := fault.Join(bad, errSQL, clash); err != errSQL { //nolint:errorlint // the error itself, alone
		t.Errorf("with our failure: %v", err)
	}
}

func TestPercentSignsInATextWithoutArgumentsStay(t *testing.T) {
	if got := fault.New(fault.Invalid, "", "24% is no rate").Text; got != "24% is no rate" {
		t.Error(got)
	}
}

package aade

import (
	"errors"
	"strings"
	"time"
	_ "time/tzdata" // its days and months are those of Athens

	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/fault"
)

// refused is what an error code means; nil when it says that there is no such business.
func refused(code, said string, now time.Time) error {
	cause := errors.New(strings.TrimSpace(code + " " + said))
	short := strings.TrimPrefix(code, "RG_WS_PUBLIC_")
	switch short {
	case "WRONG_AFM", "EPIT_NF", "TAXPAYER_NF":
		return nil
	case "MONTHLY_LIMIT_EXCEEDED":
		return spent(code, "The business has used up what it may ask AADE in this month: nothing is known of the number.", nextMonth(now), cause)
	case "MAX_DAILY_USERNAME_CALLS_EXCEEDED":
		return spent(code, "The business has used up what it may ask AADE today: nothing is known of the number.", tomorrow(now), cause)
	case "FAILURES_TOLERATED_EXCEEDED":
		return spent(code, "AADE answers the business no more for now, after too many failures: nothing is known of the number.", tomorrow(now), cause)
	case "SERVICE_NOT_ACTIVE", "MSG_TO_TAXISNET_ERROR":
		return &taxid.Outage{Reason: code, Again: true, Down: true, Cause: cause,
			Text: "AADE does not answer at the moment (" + code + "): nothing is known of the number. Try again later."}
	}
	if strings.HasPrefix(short, "TOKEN_") || strings.HasPrefix(short, "AFM_CALLED_BY_") {
		text := "AADE refuses the business's access codes (" + code + "): correct them in the settings of the registries."
		if said != "" {
			text += " It says: " + said
		}
		return fault.New(fault.Invalid, "", "%s", text)
	}
	return &taxid.Outage{Reason: code, Cause: cause, RetryAt: now.Add(time.Minute),
		Text: "AADE refused the question (" + code + "): nothing is known of the number. Try again later."}
}

// spent is a limit of the business's own. The service is well.
func spent(code, text string, until time.Time, cause error) error {
	return &taxid.Outage{Reason: code, Text: text, RetryAt: until, Cause: cause}
}

var athens = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Athens")
	if err != nil {
		panic(err) // the zones are in the program
	}
	return zone
}()

func tomorrow(now time.Time) time.Time {
	y, m, d := now.In(athens).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, athens)
}

func nextMonth(now time.Time) time.Time {
	y, m, _ := now.In(athens).Date()
	return time.Date(y, m+1, 1, 0, 0, 0, 0, athens)
}

// unreachable is a failure on the way: the question may have arrived.
func unreachable(cause error) error {
	return &taxid.Outage{Down: true, Cause: cause, Text: "AADE could not be reached: nothing is known of the number. Try again later."}
}

// unusable is an answer that says nothing.
func unusable(cause error) error {
	return &taxid.Outage{Down: true, Cause: cause, Text: "AADE gave an answer that says nothing of the number. Try again later."}
}

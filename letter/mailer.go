package letter

import "context"

// Mailer sends one message to one person. Send returns once a relay has taken the message.
type Mailer interface {
	Send(ctx context.Context, to, subject, text, html string) error
	// Configured says whether there is a relay at all.
	Configured() bool
}

// In gives the words of a language, and the English ones of a language that there are none of.
func In[W any](words map[string]W, language string) W {
	if w, ok := words[language]; ok {
		return w
	}
	return words["en"]
}

package message

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/letter"
	"github.com/kartela/kartela/post"
)

// Spread asks for a mail of an answer to each customer of its contact who wants them.
func (s *Service) Spread(ctx context.Context, organization, id uuid.UUID) error {
	ctx = post.System(ctx, organization)
	m, err := s.DB.Message.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("message: read: %w", err)
	}
	return s.Post.Spread(ctx, m.ContactID, post.Messages, func(ctx context.Context, person uuid.UUID) error {
		return s.Ask(ctx, organization, id, person)
	})
}

// Mail sends an answer to one customer who still has access and wants to be told.
func (s *Service) Mail(ctx context.Context, organization, id, person uuid.UUID) error {
	ctx = post.System(ctx, organization)
	m, err := s.DB.Message.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("message: read: %w", err)
	}
	to, err := s.Post.To(ctx, m.ContactID, person, post.Messages)
	if err != nil || to == nil {
		return err
	}
	w := letter.In(words, to.Language())
	headline := fmt.Sprintf(w.wrote, to.Business.Name)
	return s.Post.Send(ctx, to, letter.Letter{Subject: headline[:len(headline)-1], Paragraphs: []string{headline, m.Body},
		Button: w.button, Link: s.Post.BaseURL + "/portal?view=messages"})
}

// words are the sentences of an answer's mail by language; %s is the business.
var words = map[string]struct{ wrote, button string }{
	"en": {"%s has answered you:", "Open my card"},
	"el": {"%s: απάντηση σε εσάς:", "Η καρτέλα μου"},
}

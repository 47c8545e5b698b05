package attachment

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg" // a logo may be one
	"image/png"
	"io"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entorganization "github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// The limits of a logo.
const (
	MaxLogoSize = 2 << 20 // bytes
	MaxLogoSide = 2000    // pixels
)

// logos is what the keys of logos begin with.
const logos = "logos/"

// LogoInput is the input of setLogo.
type LogoInput struct {
	db.Idempotent
	File io.Reader
}

// RemoveLogoInput is the input of removeLogo.
type RemoveLogoInput struct{ db.Idempotent }

// SetLogo keeps the picture that is printed on the business's documents, instead of the one
// before. A PNG or JPEG of at most MaxLogoSize bytes and MaxLogoSide pixels a side; it is kept as
// a PNG of 8 bits a channel, which every printer of documents draws.
//
// Faults: INVALID on file, TOO_LARGE on file, UNAUTHENTICATED, FORBIDDEN without ManageBusiness.
func (s *Service) SetLogo(ctx context.Context, in LogoInput) error {
	if _, err := viewer.RequireStaff(ctx, viewer.ManageBusiness); err != nil {
		return err
	}
	content, err := normalizedLogo(in.File)
	if err != nil {
		return err
	}
	key := logos + schema.NewID().String()
	if _, err := s.Store.Put(ctx, key, bytes.NewReader(content)); err != nil {
		return err
	}
	replayed, err := s.changeLogo(ctx, "setLogo", key)
	if err != nil || replayed {
		_ = s.Store.Delete(context.WithoutCancel(ctx), key) // what stays is swept
	}
	return err
}

// RemoveLogo has documents printed without a logo.
//
// Faults: UNAUTHENTICATED, FORBIDDEN without ManageBusiness.
func (s *Service) RemoveLogo(ctx context.Context, _ RemoveLogoInput) error {
	if _, err := viewer.RequireStaff(ctx, viewer.ManageBusiness); err != nil {
		return err
	}
	_, err := s.changeLogo(ctx, "removeLogo", "")
	return err
}

// changeLogo writes the key of the logo, "" for none, and forgets the bytes of the one before.
func (s *Service) changeLogo(ctx context.Context, action, key string) (replayed bool, err error) {
	before := ""
	_, replayed, err = db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		org, err := tx.Organization.Query().Where(entorganization.ID(viewer.From(ctx).Organization), db.ForUpdate).Only(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("attachment: lock the organization: %w", err)
		}
		before = org.LogoKey
		if before == key {
			return org.ID, nil
		}
		if err := tx.Organization.UpdateOneID(org.ID).SetLogoKey(key).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("attachment: keep the logo: %w", err)
		}
		return org.ID, audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "organization", ObjectID: org.ID,
			Before: audit.Fields{"logo": before != ""}, After: audit.Fields{"logo": key != ""}})
	})
	if err == nil && !replayed && before != "" && before != key {
		_ = s.Store.Delete(context.WithoutCancel(ctx), before) // what stays is swept
	}
	return replayed, err
}

// Logo reads the picture of a business, a PNG; nil when it has none. Whoever may see a document
// sees the logo on it, so that it asks for no permission: its callers have shown who may.
func (s *Service) Logo(ctx context.Context, org *ent.Organization) ([]byte, error) {
	if org.LogoKey == "" {
		return nil, nil
	}
	v := viewer.From(viewer.AsSystem(ctx, "the logo of a document"))
	v.Organization = org.ID
	r, err := s.Store.Open(viewer.With(ctx, v), org.LogoKey)
	if fault.IsCode(err, fault.NotFound) { // it was replaced just now, or the store is another
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("attachment: the logo: %w", err)
	}
	defer func() { _ = r.Close() }()
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("attachment: the logo: %w", err)
	}
	return content, nil
}

// normalizedLogo reads a picture and writes it as a plain PNG. Its size is looked at before its
// pixels are read.
func normalizedLogo(r io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, MaxLogoSize+1))
	if err != nil {
		return nil, fmt.Errorf("attachment: read a logo: %w", err)
	}
	if len(content) > MaxLogoSize {
		return nil, fault.New(fault.TooLarge, "file", "A logo has at most %d MB.", MaxLogoSize>>20)
	}
	head, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || (format != "png" && format != "jpeg") {
		return nil, fault.New(fault.Invalid, "file", "A logo is a PNG or JPEG picture.")
	}
	if head.Width > MaxLogoSide || head.Height > MaxLogoSide || head.Width < 1 || head.Height < 1 {
		return nil, fault.New(fault.Invalid, "file", "A logo has at most %d pixels a side; this one has %d × %d.", MaxLogoSide, head.Width, head.Height)
	}
	picture, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, fault.New(fault.Invalid, "file", "The picture is damaged.")
	}
	plain := image.NewNRGBA(picture.Bounds())
	draw.Draw(plain, plain.Rect, picture, plain.Rect.Min, draw.Src)
	var out bytes.Buffer
	if err := png.Encode(&out, plain); err != nil {
		return nil, fmt.Errorf("attachment: write a logo: %w", err)
	}
	return out.Bytes(), nil
}

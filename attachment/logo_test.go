package attachment_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/kartela/kartela/attachment"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func picture(width, height int) *image.NRGBA64 {
	p := image.NewNRGBA64(image.Rect(0, 0, width, height))
	for x := range width {
		p.Set(x, 0, color.NRGBA64{R: 0xffff, A: 0x8000})
	}
	return p
}

func asPNG(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, picture(width, height)))
	return b.Bytes()
}

func (b *bench) organization(t testing.TB) *ent.Organization {
	t.Helper()
	org, err := b.db.Organization.Get(b.ctx, viewer.From(b.ctx).Organization)
	must(t, err)
	return org
}

func TestALogoIsKeptReplacedAndRemoved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		if got, err := b.Logo(b.ctx, b.organization(t)); got != nil || err != nil {
			t.Fatalf("a business without a logo has %d bytes, %v", len(got), err)
		}
		must(t, b.SetLogo(b.ctx, attachment.LogoInput{File: bytes.NewReader(asPNG(t, 30, 10))}))
		first, err := b.Logo(b.ctx, b.organization(t))
		must(t, err)
		head, format, err := image.DecodeConfig(bytes.NewReader(first))
		if err != nil || format != "png" || head.Width != 30 || head.Height != 10 || head.ColorModel != color.NRGBAModel {
			t.Errorf("kept as %s %+v, %v", format, head, err)
		}

		var jpg bytes.Buffer
		must(t, jpeg.Encode(&jpg, picture(12, 7), nil))
		must(t, b.SetLogo(b.ctx, attachment.LogoInput{File: &jpg}))
		second, err := b.Logo(b.ctx, b.organization(t))
		must(t, err)
		if head, format, _ := image.DecodeConfig(bytes.NewReader(second)); format != "png" || head.Width != 12 {
			t.Errorf("the second is %s %+v", format, head)
		}
		if n := b.blobs(t); n != 1 {
			t.Errorf("%d files lie in the store", n)
		}
		must(t, b.RemoveLogo(b.ctx, attachment.RemoveLogoInput{}))
		if got, err := b.Logo(b.ctx, b.organization(t)); got != nil || err != nil || b.blobs(t) != 0 {
			t.Errorf("after removing it there are %d bytes, %v, %d files", len(got), err, b.blobs(t))
		}
		events, err := d.AuditEvent.Query().Where(auditevent.ObjectType("organization"), auditevent.ActionIn("setLogo", "removeLogo")).Count(b.ctx)
		if err != nil || events != 3 {
			t.Errorf("%d events in the history, %v", events, err)
		}
	})
}

func TestWhatIsNoLogoIsRefusedAndTheOneBeforeStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		must(t, b.SetLogo(b.ctx, attachment.LogoInput{File: bytes.NewReader(asPNG(t, 3, 3))}))
		var animation bytes.Buffer
		must(t, gif.Encode(&animation, picture(3, 3), nil))
		whole := asPNG(t, 40, 40)
		for name, content := range map[string][]byte{
			"INVALID file, a text":      []byte("no picture"),
			"INVALID file, empty":       nil,
			"INVALID file, a GIF":       animation.Bytes(),
			"INVALID file, wide":        asPNG(t, attachment.MaxLogoSide+1, 1),
			"INVALID file, cut off":     whole[:len(whole)-20],
			"TOO_LARGE file, too large": append(asPNG(t, 3, 3), make([]byte, attachment.MaxLogoSize)...),
		} {
			want, _, _ := strings.Cut(name, ",")
			if got := says(b.SetLogo(b.ctx, attachment.LogoInput{File: bytes.NewReader(content)})); got != want {
				t.Errorf("%s: %s", name, got)
			}
		}
		if got, err := b.Logo(b.ctx, b.organization(t)); len(got) == 0 || err != nil || b.blobs(t) != 1 {
			t.Errorf("there are %d bytes, %v, %d files", len(got), err, b.blobs(t))
		}
		accountant := dbtest.Member(t, b.ctx, d, viewer.Accountant)
		if got := says(b.SetLogo(accountant, attachment.LogoInput{File: bytes.NewReader(whole)})); got != "FORBIDDEN" {
			t.Errorf("an accountant: %s", got)
		}
		if got := says(b.RemoveLogo(accountant, attachment.RemoveLogoInput{})); got != "FORBIDDEN" {
			t.Errorf("an accountant: %s", got)
		}
	})
}

func TestALogoIsNotSweptAndWhatIsLeftOfOneIs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		must(t, b.SetLogo(b.ctx, attachment.LogoInput{File: bytes.NewReader(asPNG(t, 3, 3))}))
		_, err := b.Store.Put(b.ctx, "logos/of-a-crash", strings.NewReader("left"))
		must(t, err)
		n, err := b.Sweep(b.ctx, time.Now().Add(time.Hour))
		if err != nil || n != 1 {
			t.Errorf("swept %d, %v", n, err)
		}
		if got, err := b.Logo(b.ctx, b.organization(t)); len(got) == 0 || err != nil {
			t.Errorf("the logo is gone: %v", err)
		}
	})
}

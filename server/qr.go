package main

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

const qrPixels = 492 // twice what is shown, for dense screens

// qrPNG draws what a code says as a QR code of error correction level M, as EPC069-12 asks of a
// transfer's, in UTF-8, as a PNG.
func qrPNG(says string) ([]byte, error) {
	code, err := qr.Encode(says, qr.M, qr.Unicode)
	if err != nil {
		return nil, fmt.Errorf("draw a code: %w", err)
	}
	modules := code.Bounds().Dx() + 8 // with the quiet zone of four on each side
	each := max(1, qrPixels/modules)
	large, err := barcode.Scale(code, code.Bounds().Dx()*each, code.Bounds().Dx()*each)
	if err != nil {
		return nil, fmt.Errorf("draw a code: %w", err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, framed(large, 4*each)); err != nil {
		return nil, fmt.Errorf("draw a code: %w", err)
	}
	return out.Bytes(), nil
}

// framed puts a white frame of so many pixels around a picture.
func framed(inner image.Image, by int) image.Image {
	size := inner.Bounds().Dx() + 2*by
	out := image.NewGray(image.Rect(0, 0, size, size))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, inner.Bounds().Add(image.Pt(by, by)), inner, inner.Bounds().Min, draw.Src)
	return out
}

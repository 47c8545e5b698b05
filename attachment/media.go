package attachment

import (
	"bytes"
	"strings"

	"github.com/kartela/kartela/fault"
)

// sniffed is how many of a file's first bytes its type is found in.
const sniffed = 64 << 10

// signatures are the beginnings of the files that are allowed, besides texts.
var signatures = []struct{ begin, media string }{
	{"%PDF-", "application/pdf"},
	{"\x89PNG\r\n\x1a\n", "image/png"},
	{"\xff\xd8\xff", "image/jpeg"},
	{"GIF87a", "image/gif"},
	{"GIF89a", "image/gif"},
	{"PK\x03\x04", mediaZIP},
	{"PK\x05\x06", mediaZIP}, // an empty one
}

const (
	mediaZIP      = "application/zip"
	office        = "application/vnd.openxmlformats-officedocument."
	openDocument  = "application/vnd.oasis.opendocument."
	localHeader   = "PK\x03\x04"
	nameInHeader  = 30 // bytes from the header's begin
	lengthsInZIP  = 26
	openDocSniffs = 128
)

// mediaType finds out what a file is by its first bytes, whatever it calls itself. A text may
// be anything that is read as one; its name tells a table from other texts.
//
// Faults: INVALID on file for what is not allowed: pages and drawings that carry scripts,
// programs, and what is not known.
func mediaType(name string, head []byte) (string, error) {
	media := ""
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.begin)) {
			media = s.media
		}
	}
	switch {
	case media == mediaZIP:
		media = inZIP(head)
	case media == "" && len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		media = "image/webp"
	case media == "" && isText(head) && !isActive(head):
		media = "text/plain"
		if strings.HasSuffix(strings.ToLower(name), ".csv") {
			media = "text/csv"
		}
	}
	if media == "" {
		return "", fault.New(fault.Invalid, "file", "Only PDF, images (PNG, JPEG, GIF, WebP), texts, office documents and ZIP archives are kept.")
	}
	return media, nil
}

// inZIP tells an office document from another archive by the names of what is in it; a
// program that is packed as an archive is none.
func inZIP(head []byte) string {
	if _, after, ok := bytes.Cut(head[:min(len(head), openDocSniffs)], []byte("mimetype"+openDocument)); ok {
		for _, kind := range []string{"text", "spreadsheet"} {
			if bytes.HasPrefix(after, []byte(kind)) {
				return openDocument + kind
			}
		}
		return mediaZIP
	}
	media := mediaZIP
	for rest := head; ; {
		at := bytes.Index(rest, []byte(localHeader))
		if at < 0 || len(rest) < at+nameInHeader {
			return media
		}
		length := int(rest[at+lengthsInZIP]) | int(rest[at+lengthsInZIP+1])<<8
		rest = rest[at+nameInHeader:]
		switch entry := string(rest[:min(length, len(rest))]); {
		case entry == "META-INF/MANIFEST.MF" || entry == "AndroidManifest.xml":
			return ""
		case strings.HasPrefix(entry, "word/"):
			media = office + "wordprocessingml.document"
		case strings.HasPrefix(entry, "xl/"):
			media = office + "spreadsheetml.sheet"
		case strings.HasPrefix(entry, "ppt/"):
			media = office + "presentationml.presentation"
		}
	}
}

// isText says whether nothing in it but a text has: in UTF-8, in UTF-16 with its mark, or in
// one of the older encodings, of which only the control characters tell.
func isText(head []byte) bool {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return isUTF16(head)
	}
	return !bytes.ContainsFunc(head, func(r rune) bool {
		return (r < ' ' && !strings.ContainsRune("\t\n\f\r", r)) || r == 0x7f
	})
}

func isUTF16(head []byte) bool {
	high := 1
	if head[0] == 0xfe {
		high = 0
	}
	for i := 2; i+1 < len(head); i += 2 {
		if c := head[i+1-high]; head[i+high] == 0 && c < ' ' && !bytes.ContainsRune([]byte("\t\n\f\r"), rune(c)) {
			return false
		}
	}
	return len(head) > 2
}

// active are marks of texts that a browser, or a system, would run.
var active = []string{"<html", "<!doctype html", "<svg", "<script", "<body", "<iframe", "<head", "<?php", "<xsl:stylesheet", "<xsl:transform", "<%"}

// isActive says whether a text is a page, a drawing or a program.
func isActive(head []byte) bool {
	text := strings.ToLower(string(bytes.ToValidUTF8(bytes.ReplaceAll(head, []byte{0}, nil), nil))) // UTF-16 as well
	text = strings.TrimLeft(strings.TrimPrefix(text, "\ufeff"), " \t\n\f\r")
	if strings.HasPrefix(text, "#!") {
		return true
	}
	if !strings.HasPrefix(text, "<") {
		return false
	}
	for _, mark := range active {
		if strings.Contains(text, mark) {
			return true
		}
	}
	return false
}

package imports

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"

	"github.com/kartela/kartela/fault"
)

const (
	maxFile = 32 << 20 // bytes
	sniffed = 4 << 10  // bytes looked at before anything is decoded
	ahead   = 64 << 10 // bytes of text held, for the reader of rows to look ahead
)

// unreadable stands in decoded text for bytes that are no text in the file's encoding. It is
// a noncharacter: no text has it of its own, as it may have U+FFFD.
const unreadable = '\uffff'

// decode gives the file as UTF-8 text without its byte order mark, and reads it only as far
// as it is asked to. The encoding is what the byte order mark says (UTF-8, UTF-16); without
// one UTF-8 when the first bytes beyond ASCII are, else Windows-1253.
//
// Faults, on file, also of the reader: INVALID for an empty or a binary file, TOO_LARGE for
// one of over 32 MB.
func decode(file io.Reader) (*bufio.Reader, error) {
	raw := bufio.NewReaderSize(&limited{file, maxFile}, ahead)
	head, err := raw.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var t transform.Transformer
	switch {
	case len(head) == 0:
		return nil, fault.New(fault.Invalid, "file", "The file is empty.")
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		mark := runes.Map(func(r rune) rune {
			if r == utf8.RuneError {
				return unreadable
			}
			return r
		})
		t = transform.Chain(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder(), mark)
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = raw.Discard(3)
		t = &text{decided: true, utf8: true}
	default:
		t = &text{}
	}
	if _, wide := t.(*text); wide && binary(head) {
		return nil, errBinary
	}
	return bufio.NewReaderSize(transform.NewReader(raw, t), ahead), nil
}

var errBinary = fault.New(fault.Invalid, "file", "The file is not a text file: export the contacts as CSV.")

// limited fails where a file is longer than allowed, and reads one byte beyond that.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, fault.New(fault.TooLarge, "file", "The file is over %d MB.", maxFile>>20)
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return l.Read(nil)
	}
	return n, err
}

// magic are the first bytes of files that people take for a table.
var magic = []string{
	"PK\x03\x04",       // zip, and with it Excel and LibreOffice
	"\xd0\xcf\x11\xe0", // Excel of old
	"%PDF-", "{\\rtf", "\x1f\x8b", "7z\xbc\xaf", "Rar!", "\x89PNG", "\xff\xd8\xff", "GIF8", "SQLite format 3",
}

// binary says whether the first bytes are of no text: they are known, or more than one in a
// hundred is a control character that text does not use. NUL is met by the reader of rows.
func binary(head []byte) bool {
	for _, m := range magic {
		if bytes.HasPrefix(head, []byte(m)) {
			return true
		}
	}
	control := 0
	for _, b := range head {
		if b == 0 {
			return true
		}
		if b < ' ' && !bytes.ContainsRune([]byte("\t\n\v\f\r"), rune(b)) || b == 0x7f {
			control++
		}
	}
	return control > 1+len(head)/100
}

// text decodes UTF-8 or Windows-1253. It decides between them at the first byte beyond ASCII,
// wherever that is: a file may begin with any number of Latin names.
type text struct {
	transform.NopResetter
	decided, utf8 bool
}

const decisive = 512 // bytes wanted for the decision

// Transform is that of transform.Transformer.
func (t *text) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		b := src[nSrc]
		if nDst+utf8.UTFMax > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		if b < utf8.RuneSelf {
			dst[nDst] = b
			nDst, nSrc = nDst+1, nSrc+1
			continue
		}
		if !t.decided {
			if len(src)-nSrc < decisive && !atEOF {
				return nDst, nSrc, transform.ErrShortSrc
			}
			t.decided, t.utf8 = true, mostlyUTF8(src[nSrc:])
		}
		r, size := charmap.Windows1253.DecodeByte(b), 1
		if t.utf8 {
			if !atEOF && !utf8.FullRune(src[nSrc:]) {
				return nDst, nSrc, transform.ErrShortSrc
			}
			r, size = utf8.DecodeRune(src[nSrc:])
		}
		if r == utf8.RuneError && size == 1 {
			r = unreadable
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	return nDst, nSrc, nil
}

// mostlyUTF8 says whether more characters beyond ASCII are whole in UTF-8 than are not. One
// bad byte does not make Greek of a whole file; Greek in Windows-1253 is hardly ever whole.
func mostlyUTF8(window []byte) bool {
	whole, broken := 0, 0
	for len(window) > 0 {
		r, size := utf8.DecodeRune(window)
		switch {
		case r != utf8.RuneError || size > 1:
			if size > 1 {
				whole++
			}
		case utf8.FullRune(window):
			broken++
		}
		window = window[size:]
	}
	return whole > broken
}

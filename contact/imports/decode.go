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
	maxFile = 64 << 20 // bytes
	sniffed = 4 << 10  // bytes looked at before anything is decoded
	ahead   = 64 << 10 // bytes of text held, for the reader of rows to look ahead
)

// unreadable stands in decoded text for bytes that are no text in the file's encoding. It is
// a noncharacter: no text has it of its own, as it may have U+FFFD.
const unreadable = '\uffff'

var (
	lowFirst  = []byte("\xff\xfe") // byte order marks
	highFirst = []byte("\xfe\xff")
	utf8Mark  = []byte("\xef\xbb\xbf")
)

// decode gives the file as UTF-8 text without its byte order mark, and reads it only as far
// as it is asked to.
//
// Faults, on file, also of the reader: INVALID for an empty or a binary file.
func decode(file io.Reader, e Encoding) (*bufio.Reader, error) {
	raw := bufio.NewReaderSize(file, ahead)
	head, err := raw.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(head) == 0 {
		return nil, errEmpty
	}
	if e == UTF16 {
		return bufio.NewReaderSize(transform.NewReader(raw, wide(head)), ahead), nil
	}
	if binary(head) {
		return nil, errBinary
	}
	if e == UTF8 && bytes.HasPrefix(head, utf8Mark) {
		_, _ = raw.Discard(len(utf8Mark))
	}
	return bufio.NewReaderSize(transform.NewReader(raw, &narrow{utf8: e == UTF8}), ahead), nil
}

var (
	errEmpty  = fault.New(fault.Invalid, "file", "The file is empty.")
	errBinary = fault.New(fault.Invalid, "file", "The file is not a text file: export the contacts as CSV.")
)

// wide decodes UTF-16 in the byte order that the first bytes show.
func wide(head []byte) transform.Transformer {
	order := unicode.LittleEndian
	if bytes.HasPrefix(head, highFirst) || (!bytes.HasPrefix(head, lowFirst) && zeros(head, 0) > zeros(head, 1)) {
		order = unicode.BigEndian
	}
	return transform.Chain(unicode.UTF16(order, unicode.UseBOM).NewDecoder(), runes.Map(func(r rune) rune {
		if r == utf8.RuneError {
			return unreadable
		}
		return r
	}))
}

// zeros counts the zero bytes at even places, or at odd ones.
func zeros(head []byte, from int) (n int) {
	for i := from; i < len(head); i += 2 {
		if head[i] == 0 {
			n++
		}
	}
	return n
}

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
	"PK\x03\x04",       // zip, and with it LibreOffice
	"\xd0\xcf\x11\xe0", // Excel of old
	"%PDF-", "{\\rtf", "\x1f\x8b", "7z\xbc\xaf", "Rar!", "\x89PNG", "\xff\xd8\xff", "GIF8", "SQLite format 3",
}

// binary says whether the first bytes are of no text of single bytes: they are known, or
// more than one in a hundred is a control character that text does not use. A zero byte
// further on is met by the reader of rows.
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

// sniffer finds the encoding of what is written to it: what the byte order mark says; UTF-16
// without one when every other byte is zero; else UTF-8 when the first bytes beyond ASCII
// are, wherever they stand, else Windows-1253.
type sniffer struct {
	head   []byte
	window []byte // from the first byte beyond ASCII
}

const decisive = 512 // bytes wanted for the decision

func (s *sniffer) Write(p []byte) (int, error) {
	if n := sniffed - len(s.head); n > 0 {
		s.head = append(s.head, p[:min(n, len(p))]...)
	}
	from := 0
	if len(s.window) == 0 {
		if from = bytes.IndexFunc(p, func(r rune) bool { return r >= utf8.RuneSelf }); from < 0 {
			return len(p), nil
		}
	}
	if n := decisive - len(s.window); n > 0 {
		s.window = append(s.window, p[from:min(from+n, len(p))]...)
	}
	return len(p), nil
}

func (s *sniffer) encoding() Encoding {
	even, odd := zeros(s.head, 0), zeros(s.head, 1)
	switch {
	case bytes.HasPrefix(s.head, lowFirst), bytes.HasPrefix(s.head, highFirst):
		return UTF16
	case bytes.HasPrefix(s.head, utf8Mark):
		return UTF8
	case max(even, odd) > len(s.head)/4 && min(even, odd) == 0:
		return UTF16
	case len(s.window) == 0 || mostlyUTF8(s.window):
		return UTF8
	}
	return Windows1253
}

// narrow decodes UTF-8 or Windows-1253.
type narrow struct {
	transform.NopResetter
	utf8 bool
}

// Transform is that of transform.Transformer.
func (t *narrow) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
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

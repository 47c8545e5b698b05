package attachment

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
)

// packed is an archive of entries "name=content".
func packed(t testing.TB, entries ...string) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, e := range entries {
		name, content, _ := strings.Cut(e, "=")
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTheTypeIsFoundInTheBytes(t *testing.T) {
	const (
		word  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
		excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		slide = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	)
	openDoc := func(kind string) string {
		name, media := "mimetype", "application/vnd.oasis.opendocument."+kind
		return localHeader + strings.Repeat("\x00", lengthsInZIP-4) + "\x08\x00\x00\x00" + name + media + packed(t, "content.xml=x")
	}
	utf16 := func(s string, order string) string {
		var out strings.Builder
		for _, r := range s {
			if order == "\xff\xfe" {
				out.WriteString(string([]byte{byte(r), byte(r >> 8)}))
			} else {
				out.WriteString(string([]byte{byte(r >> 8), byte(r)}))
			}
		}
		return order + out.String()
	}
	for name, tt := range map[string]struct {
		file, head, want string // want "": refused
	}{
		"PDF":                       {"x", "%PDF-1.7\n%\xe2\xe3", "application/pdf"},
		"PNG":                       {"x.jpg", "\x89PNG\r\n\x1a\n\x00", "image/png"},
		"JPEG":                      {"x.png", "\xff\xd8\xff\xe0", "image/jpeg"},
		"GIF":                       {"x", "GIF89a\x00", "image/gif"},
		"WebP":                      {"x", "RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"},
		"sound in the same package": {"x", "RIFF\x00\x00\x00\x00WAVEfmt ", ""},
		"Word":                      {"x", packed(t, "[Content_Types].xml=<a/>", "_rels/.rels=x", "word/document.xml=x"), word},
		"Excel":                     {"x", packed(t, "[Content_Types].xml=<a/>", "xl/workbook.xml=x"), excel},
		"PowerPoint":                {"x", packed(t, "[Content_Types].xml=<a/>", "ppt/presentation.xml=x"), slide},
		"OpenDocument text":         {"x", openDoc("text"), "application/vnd.oasis.opendocument.text"},
		"OpenDocument table":        {"x", openDoc("spreadsheet"), "application/vnd.oasis.opendocument.spreadsheet"},
		"an archive":                {"x.docx", packed(t, "a.txt=x", "b/c.txt=x"), "application/zip"},
		"an empty archive":          {"x", "PK\x05\x06" + strings.Repeat("\x00", 18), "application/zip"},
		"a Java program":            {"x.zip", packed(t, "META-INF/MANIFEST.MF=x"), ""},
		"an Android program":        {"x.zip", packed(t, "a=x", "AndroidManifest.xml=x"), ""},
		"text":                      {"x", "Γειά σου\r\n\tκόσμε", "text/plain"},
		"text of Windows":           {"x", "\xc3\xe5\xe9\xdc \xf3\xef\xf5", "text/plain"},
		"text in UTF-16":            {"x", utf16("Γεια\r\n", "\xff\xfe"), "text/plain"},
		"in the other order":        {"x", utf16("Γεια\r\n", "\xfe\xff"), "text/plain"},
		"a table":                   {"X.CSV", "a;b\r\n1;2", "text/csv"},
		"XML":                       {"x.xml", `<?xml version="1.0"?><invoice/>`, "text/plain"},
		"JSON":                      {"x", `{"a": [1]}`, "text/plain"},
		"a text about pages":        {"x", "In HTML, <script> runs.", "text/plain"},
		"a page":                    {"x.txt", "\n <!DOCTYPE HTML><p>", ""},
		"a page with a mark":        {"x.pdf", "\xef\xbb\xbf<HTML>", ""},
		"a page in UTF-16":          {"x", utf16("<html>", "\xff\xfe"), ""},
		"a page after a comment":    {"x", "<!-- x --><html>", ""},
		"a drawing":                 {"x.png", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">`, ""},
		"a script":                  {"x", "#!/bin/sh\nrm -rf /", ""},
		"a program of Windows":      {"x.pdf", "MZ\x90\x00\x03", ""},
		"a program of Linux":        {"x.pdf", "\x7fELF\x02", ""},
		"an old Word document":      {"x.doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ""},
		"bytes":                     {"x.txt", "abc\x00def", ""},
		"UTF-16 with a control":     {"x", utf16("a\x01b", "\xff\xfe"), ""},
		"a mark alone":              {"x", "\xff\xfe", ""},
	} {
		got, err := mediaType(tt.file, []byte(tt.head))
		if got != tt.want || (err == nil) != (tt.want != "") || err != nil && !fault.IsCode(err, fault.Invalid) {
			t.Errorf("%s is %q, %v; want %q", name, got, err, tt.want)
		}
	}
}

func TestAnyBytesHaveATypeOrNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		head := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "head")
		begin := rapid.SampledFrom([]string{"", localHeader, "PK\x03\x04mimetype" + openDocument, "\xff\xfe", "\xfe\xff", "RIFF", "<"}).Draw(t, "begin")
		if media, err := mediaType("x", append([]byte(begin), head...)); (media == "") != fault.IsCode(err, fault.Invalid) {
			t.Fatalf("%q, %v", media, err)
		}
	})
}

func TestANameIsCleaned(t *testing.T) {
	long := strings.Repeat("Ω", 255)
	for in, want := range map[string]string{
		"Τιμολόγιο 12.pdf": "Τιμολόγιο 12.pdf", "/etc/passwd": "passwd", `C:\Users\me\a.pdf`: "a.pdf", "../../a.pdf": "a.pdf",
		"a\r\nSet-Cookie: x": "aSet-Cookie: x", "a\x00b\u202egpj.exe": "abgpj.exe", " a ": "a", long: long, "a\xffb": "a�b",
		"": "", "..": "", ".": "", "/": "", "a/..": "", "\x01": "", long + "x": "",
	} {
		got, err := cleanName(in)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q is %q, %v", in, got, err)
		}
	}
}

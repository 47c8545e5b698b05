package pdf

import (
	"bytes"
	"compress/zlib"
	"io"
)

// inflate gives what a stream holds; nil for one that is no compressed text.
func inflate(b []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(r)
	return out
}

package main

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// Frames of the WebSocket protocol (RFC 6455, 5), as a server has them: what is received is
// masked, what is sent is not, and nothing is compressed. They are read here, and not by a
// gorilla connection, because that blocks a goroutine, and a buffer, in a read for as long as a
// socket is open, and cannot go on after a read that had only half of a frame.

const (
	finalBit     = 0x80
	reservedBits = 0x70
	opcodeBits   = 0x0f
	maskBit      = 0x80
	lengthBits   = 0x7f
	opContinues  = 0
	longHeader   = 14  // bytes of the longest header
	mostControl  = 125 // bytes of a control frame's payload
)

// What is wrong with what was received.
var (
	errFrame  = errors.New("server: no frame of the protocol")
	errTooBig = errors.New("server: the message is longer than may be")
)

// frames puts messages together from bytes as they arrive, in whatever pieces. When nothing is
// half read it holds no buffer.
type frames struct {
	limit   int64  // bytes of a message
	pending []byte // the begin of a frame whose end has not arrived
	message []byte // what has arrived of a message in several frames
	kind    int    // of that message; 0: none has begun
}

// feed takes what has arrived and hands each message, and each control frame, to take, whose
// payload is valid until it returns. It changes data. An error ends the reading for good.
func (f *frames) feed(data []byte, take func(kind int, payload []byte) error) error {
	if f.pending != nil {
		f.pending = append(f.pending, data...)
		data = f.pending
	}
	for {
		h, ok, err := f.header(data)
		if err != nil {
			return err
		}
		if !ok || len(data)-h.size < h.length {
			f.keep(data)
			return nil
		}
		payload := data[h.size : h.size+h.length]
		unmask(payload, h.mask)
		data = data[h.size+h.length:]
		if err := f.frame(h, payload, take); err != nil {
			return err
		}
	}
}

// keep keeps the begin of a frame, in memory of its own.
func (f *frames) keep(rest []byte) {
	switch {
	case len(rest) == 0:
		f.pending = nil
	case f.pending == nil || len(rest) < len(f.pending):
		f.pending = append([]byte(nil), rest...)
	}
}

type frameHeader struct {
	final  bool
	kind   int
	size   int // bytes of the header
	length int // bytes of the payload
	mask   [4]byte
}

// header reads the header of a frame and holds it to the protocol and the limit; ok is false
// when more of it has to arrive.
func (f *frames) header(data []byte) (h frameHeader, ok bool, err error) {
	if len(data) < 2 {
		return h, false, nil
	}
	h.final, h.kind, h.size = data[0]&finalBit != 0, int(data[0]&opcodeBits), 2
	length := uint64(data[1] & lengthBits)
	control := h.kind >= websocket.CloseMessage
	switch {
	case data[0]&reservedBits != 0 || data[1]&maskBit == 0:
		return h, false, errFrame
	case control && (h.kind > websocket.PongMessage || !h.final || length > mostControl):
		return h, false, errFrame
	case !control && (h.kind > websocket.BinaryMessage || (h.kind == opContinues) == (f.kind == 0)):
		return h, false, errFrame
	}
	switch length {
	case 126:
		h.size += 2
	case 127:
		h.size += 8
	}
	if len(data) < h.size {
		return h, false, nil
	}
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(data[2:]))
	case 127:
		length = binary.BigEndian.Uint64(data[2:])
	}
	if !control && length > uint64(f.limit-int64(len(f.message))) { //nolint:gosec // never negative
		return h, false, errTooBig
	}
	h.length = int(length)
	if len(data) < h.size+4 {
		return h, false, nil
	}
	h.size += copy(h.mask[:], data[h.size:])
	return h, true, nil
}

// frame does with a whole frame what its kind says.
func (f *frames) frame(h frameHeader, payload []byte, take func(kind int, payload []byte) error) error {
	switch {
	case h.kind >= websocket.CloseMessage:
		return take(h.kind, payload)
	case h.final && f.kind == 0:
		return take(h.kind, payload)
	}
	if h.kind != opContinues {
		f.kind = h.kind
	}
	f.message = append(f.message, payload...)
	if !h.final {
		return nil
	}
	kind, message := f.kind, f.message
	f.kind, f.message = 0, nil
	return take(kind, message)
}

func unmask(payload []byte, mask [4]byte) {
	m := uint64(binary.LittleEndian.Uint32(mask[:]))
	m |= m << 32
	i := 0
	for ; i+8 <= len(payload); i += 8 {
		binary.LittleEndian.PutUint64(payload[i:], binary.LittleEndian.Uint64(payload[i:])^m)
	}
	for ; i < len(payload); i++ {
		payload[i] ^= mask[i&3]
	}
}

// closeCode reads the payload of a close frame: the code to answer with.
func closeCode(payload []byte) (int, error) {
	if len(payload) == 0 {
		return websocket.CloseNoStatusReceived, nil
	}
	if len(payload) == 1 {
		return 0, errFrame
	}
	code := int(binary.BigEndian.Uint16(payload))
	sent := (code >= 1000 && code <= 1014 && code != 1004 && code != websocket.CloseNoStatusReceived && code != websocket.CloseAbnormalClosure) ||
		(code >= 3000 && code <= 4999)
	if !sent || !utf8.Valid(payload[2:]) {
		return 0, errFrame
	}
	return code, nil
}

// appendHeader begins a frame, whose payload of that length follows.
func appendHeader(out []byte, kind, length int) []byte {
	out = append(out, finalBit|byte(kind)) //nolint:gosec // an opcode
	switch {
	case length < 126:
		return append(out, byte(length)) //nolint:gosec // fits
	case length < 1<<16:
		return binary.BigEndian.AppendUint16(append(out, 126), uint16(length))
	}
	return binary.BigEndian.AppendUint64(append(out, 127), uint64(length))
}

// appendFrame is a whole frame.
func appendFrame(out []byte, kind int, payload []byte) []byte {
	return append(appendHeader(out, kind, len(payload)), payload...)
}

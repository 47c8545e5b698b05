//go:build !linux

package main

import (
	"errors"
	"net"
	"syscall"
)

// poller is of Linux only: elsewhere every socket waits in a goroutine of its own.
type poller struct{}

type ticket struct{}

func newPoller() (*poller, error) { return &poller{}, nil }

func (*poller) add(net.Conn, func()) (ticket, syscall.RawConn, error) {
	return ticket{}, nil, errors.ErrUnsupported
}

func (*poller) leave(ticket) {}

func (*poller) close() {}

func readNow(syscall.RawConn, []byte) (int, bool, error) { return 0, false, errors.ErrUnsupported }

func writeNow(syscall.RawConn, []byte) (int, error) { return 0, errors.ErrUnsupported }

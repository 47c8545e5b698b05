package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// poller tells sockets that there is something to read, so that none waits for it with a
// goroutine and a buffer of its own. One goroutine waits for all, in an epoll.
type poller struct {
	file *os.File // the epoll, which the runtime's own waits for
	fd   int

	mu    sync.Mutex
	seats []seat
	free  []int32
	ended bool
}

// seat is one socket's among those that are waited for. Its generation tells an event of who
// had it before from one of who has it now.
type seat struct {
	ready      func()
	generation int32
}

// ticket is what a socket leaves with.
type ticket struct{ seat, generation int32 }

// newPoller makes one that waits for nothing yet. close ends it.
func newPoller() (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("server: make an epoll: %w", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("server: make an epoll: %w", err)
	}
	p := &poller{file: os.NewFile(uintptr(fd), "epoll"), fd: fd}
	raw, err := p.file.SyscallConn()
	if err != nil {
		_ = p.file.Close()
		return nil, fmt.Errorf("server: wait for an epoll: %w", err)
	}
	go p.run(raw)
	return p, nil
}

// run wakes sockets until the poller is closed. The events are edges: each tells of what has
// arrived since the one before.
func (p *poller) run(raw syscall.RawConn) {
	events := make([]unix.EpollEvent, 256)
	for {
		n := 0
		err := raw.Read(func(fd uintptr) bool {
			var err error
			n, err = unix.EpollWait(int(fd), events, 0)
			return n > 0 || (err != nil && !errors.Is(err, unix.EINTR))
		})
		if err != nil || n < 0 {
			return
		}
		for _, e := range events[:n] {
			if ready := p.of(ticket{e.Fd, e.Pad}); ready != nil {
				ready()
			}
		}
	}
}

func (p *poller) of(t ticket) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.seats[t.seat]; s.generation == t.generation {
		return s.ready
	}
	return nil
}

// add has ready called, which must not wait, whenever something has arrived at the connection
// or it has ended, once at the begin. It fails for one that has no file, such as TLS.
func (p *poller) add(conn net.Conn, ready func()) (ticket, syscall.RawConn, error) {
	file, ok := conn.(syscall.Conn)
	if !ok {
		return ticket{}, nil, errors.ErrUnsupported
	}
	raw, err := file.SyscallConn()
	if err != nil {
		return ticket{}, nil, fmt.Errorf("server: wait for a socket: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return ticket{}, nil, net.ErrClosed
	}
	t := p.sit(ready)
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET, Fd: t.seat, Pad: t.generation}
	failed := raw.Control(func(fd uintptr) { err = unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, int(fd), &event) })
	if err = errors.Join(failed, err); err != nil {
		p.rise(t)
		return ticket{}, nil, fmt.Errorf("server: wait for a socket: %w", err)
	}
	return t, raw, nil
}

func (p *poller) sit(ready func()) ticket {
	if n := len(p.free); n > 0 {
		at := p.free[n-1]
		p.free = p.free[:n-1]
		p.seats[at].ready = ready
		return ticket{at, p.seats[at].generation}
	}
	p.seats = append(p.seats, seat{ready: ready})
	return ticket{seat: int32(len(p.seats) - 1)} //nolint:gosec // there are fewer files
}

// leave ends the waiting for a socket. The system forgets its file when it is closed.
func (p *poller) leave(t ticket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rise(t)
}

func (p *poller) rise(t ticket) {
	if s := &p.seats[t.seat]; s.generation == t.generation {
		s.ready = nil
		s.generation++
		p.free = append(p.free, t.seat)
	}
}

// close ends the waiting for all.
func (p *poller) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	_ = p.file.Close()
}

// readNow reads what has arrived and waits for nothing: again is false when there is nothing.
func readNow(raw syscall.RawConn, buffer []byte) (n int, again bool, err error) {
	failed := raw.Read(func(fd uintptr) bool {
		for {
			n, err = unix.Read(int(fd), buffer)
			if !errors.Is(err, unix.EINTR) {
				return true
			}
		}
	})
	switch {
	case failed != nil:
		return 0, false, failed
	case errors.Is(err, unix.EAGAIN):
		return 0, false, nil
	case err != nil:
		return 0, false, os.NewSyscallError("read", err)
	}
	return n, true, nil
}

// writeNow writes what the system takes at once of data, which may be nothing.
func writeNow(raw syscall.RawConn, data []byte) (n int, err error) {
	failed := raw.Write(func(fd uintptr) bool {
		for {
			n, err = unix.Write(int(fd), data)
			if !errors.Is(err, unix.EINTR) {
				return true
			}
		}
	})
	switch {
	case failed != nil:
		return 0, failed
	case errors.Is(err, unix.EAGAIN):
		return 0, nil
	case err != nil:
		return 0, os.NewSyscallError("write", err)
	}
	return n, nil
}

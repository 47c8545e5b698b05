package main

import "golang.org/x/sys/unix"

// idleGoroutines is how many an idle socket has.
const idleGoroutines = 0

// sentBytes asks the system how many bytes it was given to send over a connection.
func sentBytes(c *recorded) (n int64) {
	raw, err := c.SyscallConn()
	if err != nil {
		panic(err)
	}
	_ = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			panic(err)
		}
		n = int64(info.Bytes_sent) - int64(info.Bytes_retrans) + int64(info.Notsent_bytes)
	})
	return n
}

// seated counts the sockets that are waited for.
func (p *poller) seated() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.seats) - len(p.free)
}

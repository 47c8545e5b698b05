package postgres

import (
	"bytes"
	"fmt"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// process is a child that was started; done is closed when it has ended, and err is then
// its result.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// spawn starts a child that, where the system can do it, is told to end when this process
// does, even when that is killed. The caller sets cmd.SysProcAttr.
//
// Linux sends the parent's death signal when the starting *thread* ends. So one goroutine
// keeps its thread to itself from the start of the child to its end.
func spawn(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{})}
	begun := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		begun <- err
		if err == nil {
			p.err = cmd.Wait()
		}
		close(p.done)
	}()
	if err := <-begun; err != nil {
		return nil, err
	}
	return p, nil
}

// kill ends a child that did not end by itself in the time given.
func (p *process) kill(after time.Duration) {
	select {
	case <-p.done:
	case <-time.After(after):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// account is a user of the machine.
type account struct {
	name     string
	uid, gid uint32
}

// lookUp finds the first account that exists.
func lookUp(names []string) (*account, error) {
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		// macOS numbers "nobody" -2, which is a uint32 all the same.
		uid, err := strconv.ParseInt(u.Uid, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("user %s has the id %q", name, u.Uid)
		}
		gid, err := strconv.ParseInt(u.Gid, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("user %s has the group %q", name, u.Gid)
		}
		return &account{name: name, uid: uint32(uid), gid: uint32(gid)}, nil //nolint:gosec // wraps on purpose
	}
	return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user %s", strings.Join(names, " or "))
}

// words keeps the end of what a child prints: where it tells why it failed.
type words struct {
	mu   sync.Mutex
	last []byte
}

const mostWords = 4096

// Write never fails.
func (w *words) Write(said []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = append(w.last, said...)
	if excess := len(w.last) - mostWords; excess > 0 {
		w.last = append(w.last[:0], w.last[excess:]...)
	}
	return len(said), nil
}

// String is the last of it, short enough for an error's text.
func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return tail(w.last)
}

// tail is the end of a text, short enough for an error's text.
func tail(said []byte) string {
	const most = 400
	said = bytes.TrimSpace(said)
	return string(said[max(0, len(said)-most):])
}

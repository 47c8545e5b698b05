//go:build unix

package postgres

import (
	"os"
	"syscall"
)

// quit asks a server for an immediate shutdown: what it holds is thrown away anyway.
func quit(p *os.Process) error { return p.Signal(syscall.SIGQUIT) }

// lock takes a folder for this process, until the file is closed or the process ends. It
// fails when another process has it.
func lock(folder *os.File) error {
	return syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

//go:build !unix

package postgres

import (
	"errors"
	"os"
	"syscall"
)

// attributes: a child runs as ourselves; there are no other accounts to start it as.
func attributes(*account) *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

// quit ends a server at once; its helpers see that and end as well.
func quit(p *os.Process) error { return p.Kill() }

// lock always fails: without locks nobody can tell that a folder is stale, so none is removed.
func lock(*os.File) error { return errors.ErrUnsupported }

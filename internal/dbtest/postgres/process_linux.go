package postgres

import "syscall"

// attributes start a child as owner (nil: as ourselves), out of reach of the terminal's
// Ctrl-C, and end it with us: SIGQUIT is PostgreSQL's immediate shutdown, which gives its
// shared memory back.
func attributes(owner *account) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGQUIT}
	if owner != nil {
		a.Credential = &syscall.Credential{Uid: owner.uid, Gid: owner.gid}
	}
	return a
}

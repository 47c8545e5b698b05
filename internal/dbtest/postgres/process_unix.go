//go:build unix && !linux

package postgres

import "syscall"

// attributes start a child as owner (nil: as ourselves), out of reach of the terminal's
// Ctrl-C. A server whose starter was killed ends within a minute of the removal of its
// folder, which the next start does.
func attributes(owner *account) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true}
	if owner != nil {
		a.Credential = &syscall.Credential{Uid: owner.uid, Gid: owner.gid}
	}
	return a
}

//go:build unix && !linux

package postgres

// startAndStay plays a program that only the tests for Linux need.
func startAndStay() int { return 1 }

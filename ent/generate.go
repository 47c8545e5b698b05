// Package ent is the generated client of the database. Only this file, entc.go and the
// folders schema and rule are written by hand.
package ent

//go:generate go run -mod=mod entc.go

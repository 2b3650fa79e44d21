// Package process knows the ancestors of the process that a row is about. Capability: process.
package process

import (
	"merlon.dev/merlon"
	"merlon.dev/merlon/internal/lent"
)

// An Ancestor is a process above the one that a row is about.
type Ancestor = lent.Ancestor

// Ancestors are all of them, the parent first.
func Ancestors(row merlon.Row) []Ancestor {
	return lent.Ancestors(uint32(row.Index()))
}

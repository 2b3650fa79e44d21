// Package kubernetes shows the other objects of the inventory. Capability: kubernetes.
package kubernetes

import (
	"merlon.dev/merlon/internal/lent"
	"merlon.dev/merlon/internal/utf8"
)

// List is the JSON texts of the objects of that kind; of every kind when it is empty.
func List(kind string) []string {
	return lent.List(utf8.Valid(kind))
}

// Package ruleset reads the files that ruleset.yaml lists under content. Capability: ruleset.
package ruleset

import (
	"merlon.dev/merlon/internal/lent"
	"merlon.dev/merlon/internal/utf8"
)

// Files are their paths.
func Files() []string {
	return lent.Paths()
}

// Read is one of them, whole.
func Read(path string) ([]byte, error) {
	return lent.File(utf8.Valid(path))
}

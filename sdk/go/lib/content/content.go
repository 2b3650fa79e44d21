// Package content reads the bytes of the file that a row is about. Capability: content.
package content

import (
	"merlon.dev/merlon"
	"merlon.dev/merlon/internal/lent"
)

// Read is at most 64 KiB from there, and empty at the end of the file. It is an error when the row is about no
// file, or the bytes are not kept.
func Read(row merlon.Row, offset uint64, length uint32) ([]byte, error) {
	return lent.Content(uint32(row.Index()), offset, length)
}

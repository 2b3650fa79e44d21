// Package lent is what the host lends, behind one face: the imports of the component in WebAssembly, the
// host of the test elsewhere.
package lent

import (
	"errors"

	wit "merlon.dev/merlon/internal/wit/types"
)

// An Ancestor is a process above the one that a row is about.
type Ancestor struct {
	ExecID    string
	PID       uint32
	Exe       string
	Argv      []string
	Comm      string
	UID, EUID uint32
}

// A Host is everything that can be lent. Rows are places in the batch.
type Host interface {
	Write(level uint8, line string)
	Paths() []string
	File(path string) ([]byte, error)
	Content(row uint32, offset uint64, length uint32) ([]byte, error)
	Ancestors(row uint32) []Ancestor
	List(kind string) []string
	Get(row uint32, key string) (string, bool)
	Set(row uint32, key, value string, milliseconds uint64) error
	Increment(row uint32, key string, by, milliseconds uint64) (uint64, error)
}

func answer[T any](result wit.Result[T, string]) (T, error) {
	if result.Tag() == wit.ResultErr {
		var nothing T
		return nothing, errors.New(result.Err())
	}
	return result.Ok(), nil
}

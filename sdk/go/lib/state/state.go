// Package state is a bounded store that outlives the instance. Its clock is the time of the row's event, so
// that a replay sees what the live run saw. Capability: state.
package state

import (
	"time"

	"merlon.dev/merlon"
	"merlon.dev/merlon/internal/lent"
	"merlon.dev/merlon/internal/utf8"
)

// Get is the value; false when there is none or it expired.
func Get(row merlon.Row, key string) (string, bool) {
	return lent.Get(uint32(row.Index()), utf8.Valid(key))
}

// Set keeps a value that long. It is an error when the store has no room.
func Set(row merlon.Row, key, value string, ttl time.Duration) error {
	return lent.Set(uint32(row.Index()), utf8.Valid(key), utf8.Valid(value), milliseconds(ttl))
}

// Increment adds to a counter that is forgotten that long after it was first counted, and is its new value. It
// is an error when the store has no room.
func Increment(row merlon.Row, key string, by uint64, ttl time.Duration) (uint64, error) {
	return lent.Increment(uint32(row.Index()), utf8.Valid(key), by, milliseconds(ttl))
}

func milliseconds(ttl time.Duration) uint64 {
	return uint64(max(ttl.Milliseconds(), 0))
}

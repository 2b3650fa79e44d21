//go:build !wasip1

package merlontest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"merlon.dev/merlon/internal/lent"
)

const largestRead = 64 << 10

// A store is a value or a counter by its key, until it expires.
type store map[string]entry

type entry struct {
	value   string
	count   uint64
	expires time.Duration
}

func (s store) live(key string, now time.Duration) (entry, bool) {
	kept, ok := s[key]
	if !ok || now >= kept.expires {
		return entry{}, false
	}
	return kept, true
}

// The following are of use to the plugin only: it is a lent.Host.

func (p *Plugin) Write(level uint8, line string) {
	names := [...]string{"debug", "info", "warn", "error"}
	p.Lines = append(p.Lines, names[level]+": "+line)
}

func (p *Plugin) Paths() []string {
	return slices.Sorted(maps.Keys(p.Files))
}

func (p *Plugin) File(path string) ([]byte, error) {
	bytes, ok := p.Files[path]
	if !ok {
		return nil, fmt.Errorf("the ruleset has no file %s", path)
	}
	return slices.Clone(bytes), nil
}

func (p *Plugin) Content(row uint32, offset uint64, length uint32) ([]byte, error) {
	bytes := p.rows[row].Content
	if bytes == nil {
		return nil, errors.New("the row is about no file")
	}
	start := min(offset, uint64(len(bytes)))
	end := min(start+uint64(min(length, largestRead)), uint64(len(bytes)))
	return slices.Clone(bytes[start:end]), nil
}

func (p *Plugin) Ancestors(row uint32) []lent.Ancestor {
	return p.rows[row].Ancestors
}

func (p *Plugin) List(kind string) []string {
	if kind != "" {
		return p.Objects[kind]
	}
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(p.Objects)) {
		all = append(all, p.Objects[kind]...)
	}
	return all
}

func (p *Plugin) Get(row uint32, key string) (string, bool) {
	kept, ok := p.store.live("value:"+key, p.rows[row].At)
	return kept.value, ok
}

func (p *Plugin) Set(row uint32, key, value string, milliseconds uint64) error {
	p.store["value:"+key] = entry{value: value, expires: p.expiry(row, milliseconds)}
	return nil
}

func (p *Plugin) Increment(row uint32, key string, by, milliseconds uint64) (uint64, error) {
	kept, ok := p.store.live("count:"+key, p.rows[row].At)
	if !ok {
		kept = entry{expires: p.expiry(row, milliseconds)}
	}
	kept.count += by
	p.store["count:"+key] = kept
	return kept.count, nil
}

func (p *Plugin) expiry(row uint32, milliseconds uint64) time.Duration {
	return p.rows[row].At + time.Duration(milliseconds)*time.Millisecond
}

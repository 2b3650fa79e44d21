//go:build !wasip1

// Package merlontest runs a plugin under go test, without WebAssembly: rows by field name in, findings out. The
// host is a fake that belongs to the test. Prefilters and patterns are the real host's: here every row is shown.
package merlontest

import (
	"sync"
	"testing"
	"time"

	"merlon.dev/merlon"
	"merlon.dev/merlon/internal/lent"
	"merlon.dev/merlon/process"
)

// A Row is one event, as a test writes it.
type Row struct {
	// Values by the names of the fields: a string, a []string, an integer, a []uint64 or a bool. What is absent is
	// missing.
	Fields map[string]any
	// What the patterns found in the file; fills the fields of hits.
	Hits []merlon.Hit
	// The bytes of the file.
	Content []byte
	// The processes above it, the parent first.
	Ancestors []process.Ancestor
	// When it happened; the clock of package state.
	At time.Duration
}

// A Plugin is a live plugin in a world of its own, which stays from one batch to the next.
type Plugin struct {
	// The files of the ruleset.
	Files map[string][]byte
	// JSON texts of the objects of the inventory, by their kind.
	Objects map[string][]string
	// What the plugin logged: `info: a line`.
	Lines []string

	t        testing.TB
	instance *merlon.Instance
	manifest merlon.Manifest
	store    store
	rows     []Row
}

// The host is one variable, and tests may run in parallel.
var calls sync.Mutex

// Start makes the plugin; the test fails when it refuses its settings.
func Start(t testing.TB, new merlon.New, settings string) *Plugin {
	t.Helper()
	plugin := &Plugin{t: t, store: store{}}
	calls.Lock()
	defer calls.Unlock()
	lent.Use(plugin)
	keep := func(settings []byte) (merlon.Plugin, error) {
		made, err := new(settings)
		if err == nil {
			plugin.manifest = made.Manifest()
		}
		return made, err
	}
	instance, _, err := merlon.New(keep).Start(settings)
	if err != nil {
		t.Fatalf("the plugin does not start: %v", err)
	}
	plugin.instance = instance
	return plugin
}

// Judge shows the rows, as one batch, to every subscription of that kind. The test fails when the plugin cannot
// answer.
func (p *Plugin) Judge(kind string, rows ...Row) []merlon.Finding {
	p.t.Helper()
	found, err := p.Try(kind, rows...)
	if err != nil {
		p.t.Fatalf("the plugin gives no answer: %v", err)
	}
	return found
}

// Try is Judge, for tests that want the error.
func (p *Plugin) Try(kind string, rows ...Row) ([]merlon.Finding, error) {
	p.t.Helper()
	calls.Lock()
	defer calls.Unlock()
	lent.Use(p)
	p.rows = rows
	var answer []merlon.Finding
	asked := false
	for place, subscription := range p.manifest.Subscriptions {
		if subscription.Kind != kind {
			continue
		}
		asked = true
		batch, err := batchOf(place, subscription.Fields, rows)
		if err != nil {
			p.t.Fatal(err)
		}
		_, found, err := p.instance.Judge(batch)
		if err != nil {
			return nil, err
		}
		answer = append(answer, found...)
	}
	if !asked {
		p.t.Fatalf("the plugin does not subscribe to %s", kind)
	}
	return answer, nil
}

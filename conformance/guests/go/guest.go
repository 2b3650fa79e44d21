// The conformance guest in Go; conformance/guests/README.md says what it does.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"merlon.dev/merlon"
	"merlon.dev/merlon/log"
)

type guest struct {
	settings string
	// What the mode answers to a batch.
	answer func(*guest, *merlon.Batch) ([]merlon.Finding, error)
}

var modes = map[string]func(*guest, *merlon.Batch) ([]merlon.Finding, error){
	"echo":       each(echo),
	"state":      each(states),
	"ancestors":  each(ancestors),
	"content":    each(window),
	"ruleset":    each(files),
	"kubernetes": each(objects),
	"wasi":       each(wasi),
	"full":       each(full),
	"settings":   (*guest).told,
	"none":       none,
	"backwards":  backwards,
	"large":      large,
	"excess":     excess,
	"error":      refuse,
	"trap":       trap,
	"loop":       loop,
	"log":        lines,
}

func newGuest(settings []byte) (merlon.Plugin, error) {
	chosen := struct{ Mode string }{"echo"}
	if err := json.Unmarshal(settings, &chosen); err != nil {
		return nil, err
	}
	if chosen.Mode == "refuse" {
		return nil, errors.New("refused: é")
	}
	answer, ok := modes[chosen.Mode]
	if !ok {
		return nil, fmt.Errorf("unknown mode %s", chosen.Mode)
	}
	return &guest{string(settings), answer}, nil
}

func (*guest) Manifest() merlon.Manifest {
	return merlon.Manifest{
		Rules: []merlon.Rule{
			{ID: "echo", Title: "What the plugin was given", Severity: merlon.Info},
			{
				ID:          "full",
				Title:       "Every field of a finding ✓",
				Severity:    merlon.Critical,
				Confidence:  merlon.LowConfidence,
				Attack:      []string{"T1059.004", "T1204"},
				Controls:    []string{"C-0001", "NSA:x"},
				Remediation: "Do this.",
				References:  []string{"https://example.org/a?b=ü"},
			},
		},
		Subscriptions: []merlon.Subscription{
			{
				Kind:   "process.exec",
				Fields: []string{"exe", "argv", "pid", "argv_truncated", "container.id"},
			},
			{
				Kind: "file.content",
				Fields: []string{
					"path", "size", "hits", "hits.pattern", "hits.offset", "hits.length", "hits.line",
					"hits.column", "hits.text",
				},
				Where: "hits > 0",
			},
			{Kind: "k8s.object", Fields: []string{"kind", "namespace", "name", "object"}},
		},
		Patterns: []merlon.Pattern{
			{ID: 1, Regex: "mirror-([a-z0-9]+)"},
			{ID: 2, Literal: []byte("\xff\x00\xfe")},
			{ID: 3, Literal: []byte("MiRrOr-NoCaSe"), IgnoreCase: true, Files: "*.txt"},
		},
	}
}

func (g *guest) Evaluate(batch *merlon.Batch) ([]merlon.Finding, error) {
	return g.answer(g, batch)
}

// each is one finding per row, with the details of a mode.
func each(detail func(merlon.Finding) merlon.Finding) func(*guest, *merlon.Batch) ([]merlon.Finding, error) {
	return func(_ *guest, batch *merlon.Batch) ([]merlon.Finding, error) {
		var found []merlon.Finding
		for row := range batch.Rows() {
			found = append(found, detail(plain(row)))
		}
		return found, nil
	}
}

func plain(row merlon.Row) merlon.Finding {
	return merlon.NewFinding(row, "echo", fmt.Sprintf("%s %d", row.Batch().Kind(), row.Index()))
}

func (g *guest) told(batch *merlon.Batch) ([]merlon.Finding, error) {
	with := func(finding merlon.Finding) merlon.Finding { return finding.With("settings", g.settings) }
	return each(with)(g, batch)
}

func none(*guest, *merlon.Batch) ([]merlon.Finding, error) {
	return nil, nil
}

func backwards(g *guest, batch *merlon.Batch) ([]merlon.Finding, error) {
	found, err := each(func(finding merlon.Finding) merlon.Finding { return finding })(g, batch)
	slices.Reverse(found)
	return found, err
}

func large(_ *guest, batch *merlon.Batch) ([]merlon.Finding, error) {
	var found []merlon.Finding
	for row := range batch.Rows() {
		finding := plain(row).With("filler", strings.Repeat("é", 1000))
		found = append(found, slices.Repeat([]merlon.Finding{finding}, 10)...)
	}
	return found, nil
}

func excess(_ *guest, batch *merlon.Batch) ([]merlon.Finding, error) {
	for row := range batch.Rows() {
		return []merlon.Finding{merlon.NewFinding(row, "echo", strings.Repeat("x", 6_000_000))}, nil
	}
	return nil, nil
}

func refuse(*guest, *merlon.Batch) ([]merlon.Finding, error) {
	return nil, errors.New("refused: é")
}

func trap(*guest, *merlon.Batch) ([]merlon.Finding, error) {
	panic("the suite wants to see a guest die")
}

func loop(*guest, *merlon.Batch) ([]merlon.Finding, error) {
	for {
	}
}

func lines(*guest, *merlon.Batch) ([]merlon.Finding, error) {
	log.Debug("debug line")
	log.Info("info line")
	log.Warn("warn line")
	log.Error("error line")
	fmt.Println("printed line")
	return nil, nil
}

func init() { merlon.Register(newGuest) }

func main() {}

package merlon

import (
	types "merlon.dev/merlon/internal/bindings/imports/merlon_plugin_types"
	"merlon.dev/merlon/internal/utf8"
	wit "merlon.dev/merlon/internal/wit/types"
)

// A Finding is what a rule says about a row.
type Finding struct {
	// The row of the batch that is judged.
	Row Row
	// The ID of a rule of the manifest.
	Rule    string
	Message string
	// Fail when nothing is said.
	Outcome Outcome
	// The container inside an object.
	Container string
	// Where in the file; nil when it is not about a place.
	Location *Location
	// Paths inside an object: spec.containers[0].image.
	FailedPaths []string
	// Changes that would make the rule pass.
	Fixes []Fix
	// What the rule saw. Never a secret.
	Evidence []Evidence
	// What tells it from another finding of the same rule on the same subject. With = in front it is the whole
	// identity, and the subject's path does not count.
	Distinct string
}

// Outcome is what a rule says.
type Outcome uint8

// The outcomes.
const (
	Fail Outcome = iota
	Pass
	// Skip says that the rule does not apply.
	Skip
)

// Evidence is one thing that a rule saw.
type Evidence struct {
	Key, Value string
}

// A Fix is a value that makes a rule pass when it is put at the path.
type Fix struct {
	Path, Value string
}

// A Location is a place in a file. Offset counts when there is a Length; Line and Column are from 1, and 0
// when they are not known.
type Location struct {
	Offset uint64
	Length uint32
	Line   uint32
	Column uint32
}

// NewFinding says that a rule fails on that row.
func NewFinding(row Row, rule, message string) Finding {
	return Finding{Row: row, Rule: rule, Message: message}
}

// With adds what the rule saw. Never a secret.
func (f Finding) With(key, value string) Finding {
	f.Evidence = append(f.Evidence[:len(f.Evidence):len(f.Evidence)], Evidence{key, value})
	return f
}

// At says where in the file: at a hit.
func (f Finding) At(hit Hit) Finding {
	f.Location = &Location{Offset: hit.Offset, Length: hit.Length, Line: hit.Line, Column: hit.Column}
	return f
}

func (f *Finding) raw(rule int) types.Finding {
	raw := types.Finding{
		Row:       f.Row.index,
		Rule:      uint32(rule),
		Outcome:   types.Outcome(f.Outcome),
		Message:   utf8.Valid(f.Message),
		Container: unlessEmpty(f.Container),
		Distinct:  unlessEmpty(f.Distinct),
	}
	if f.Location != nil {
		raw.Location = wit.Some(f.Location.raw())
	}
	if len(f.FailedPaths) > 0 {
		raw.FailedPaths = utf8.All(f.FailedPaths)
	}
	for _, fix := range f.Fixes {
		raw.FixPaths = append(raw.FixPaths, types.Fix{Path: utf8.Valid(fix.Path), Value: utf8.Valid(fix.Value)})
	}
	if len(f.Evidence) > 0 {
		raw.Evidence = make([]wit.Tuple2[string, string], len(f.Evidence))
		for n, one := range f.Evidence {
			raw.Evidence[n] = wit.Tuple2[string, string]{F0: utf8.Valid(one.Key), F1: utf8.Valid(one.Value)}
		}
	}
	return raw
}

func (l Location) raw() types.Location {
	var raw types.Location
	if l.Length > 0 {
		raw.Offset, raw.Length = wit.Some(l.Offset), wit.Some(l.Length)
	}
	if l.Line > 0 {
		raw.Line = wit.Some(l.Line)
	}
	if l.Column > 0 {
		raw.Column = wit.Some(l.Column)
	}
	return raw
}

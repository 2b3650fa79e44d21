package merlon

import (
	"errors"

	types "merlon.dev/merlon/internal/bindings/imports/merlon_plugin_types"
	"merlon.dev/merlon/internal/utf8"
	wit "merlon.dev/merlon/internal/wit/types"
)

// A Manifest is what a plugin says about itself.
type Manifest struct {
	Rules         []Rule
	Subscriptions []Subscription
	Patterns      []Pattern
}

// A Rule is the metadata of one rule. Findings name it by its ID.
type Rule struct {
	// Lower-case words joined by `-`.
	ID    string
	Title string
	// How much it matters; Medium when nothing is said.
	Severity Severity
	// How sure the rule is; HighConfidence when nothing is said.
	Confidence Confidence
	// MITRE ATT&CK technique ids.
	Attack []string
	// Framework ids.
	Controls []string
	// What to do about it.
	Remediation string
	// Pages to read.
	References []string
}

// Severity says how much a finding matters.
type Severity uint8

// The severities.
const (
	_ Severity = iota
	Info
	Low
	Medium
	High
	Critical
)

// Confidence says how sure a rule is.
type Confidence uint8

// The confidences.
const (
	_ Confidence = iota
	LowConfidence
	MediumConfidence
	HighConfidence
)

// A Subscription is what a plugin wants to see.
type Subscription struct {
	// process.exec, file.content, k8s.object ...
	Kind string
	// What can be read of each row.
	Fields []string
	// The events for which it holds; all when it is empty. The host tests it, so that the others cost nothing
	// here: `container.id exists and exe.name in ("sh", "bash")`.
	Where string
}

// A Pattern is what the host looks for in every file, for all plugins in one pass. It has either a Regex or a
// Literal; hits reach the subscription to file.content.
type Pattern struct {
	// The plugin's choice; hits carry it.
	ID uint32
	// RE2 syntax over bytes. The first capture group, if there is one, is the text of the hit. One that must
	// contain three fixed bytes is searched for much faster.
	Regex string
	// Bytes as they are.
	Literal []byte
	// Upper and lower case are the same.
	IgnoreCase bool
	// Only files whose path matches this glob; all when it is empty.
	Files string
}

func (m Manifest) raw() (types.Manifest, error) {
	var raw types.Manifest
	for _, rule := range m.Rules {
		one, err := rule.raw()
		if err != nil {
			return raw, err
		}
		raw.Rules = append(raw.Rules, one)
	}
	for _, subscription := range m.Subscriptions {
		raw.Subscriptions = append(raw.Subscriptions, types.Subscription{
			Kind:   utf8.Valid(subscription.Kind),
			Fields: utf8.All(subscription.Fields),
			Where:  unlessEmpty(subscription.Where),
		})
	}
	for _, pattern := range m.Patterns {
		raw.Patterns = append(raw.Patterns, pattern.raw())
	}
	return raw, nil
}

func (r Rule) raw() (types.Rule, error) {
	severity, confidence := r.Severity, r.Confidence
	if severity == 0 {
		severity = Medium
	}
	if confidence == 0 {
		confidence = HighConfidence
	}
	if severity > Critical || confidence > HighConfidence {
		return types.Rule{}, errors.New("the rule `" + r.ID + "` has a severity or confidence that is none")
	}
	return types.Rule{
		Id:          utf8.Valid(r.ID),
		Title:       utf8.Valid(r.Title),
		Severity:    types.Severity(severity - Info),
		Confidence:  types.Confidence(confidence - LowConfidence),
		Attack:      utf8.All(r.Attack),
		Controls:    utf8.All(r.Controls),
		Remediation: utf8.Valid(r.Remediation),
		References:  utf8.All(r.References),
	}, nil
}

func (p Pattern) raw() types.Pattern {
	source := types.MakePatternSourceLiteral(p.Literal)
	if p.Regex != "" {
		source = types.MakePatternSourceRegex(utf8.Valid(p.Regex))
	}
	return types.Pattern{Id: p.ID, Source: source, Nocase: p.IgnoreCase, Files: unlessEmpty(p.Files)}
}

func unlessEmpty(text string) wit.Option[string] {
	if text == "" {
		return wit.None[string]()
	}
	return wit.Some(utf8.Valid(text))
}

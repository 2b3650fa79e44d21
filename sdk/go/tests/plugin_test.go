// Package tests puts the SDK to the test through what plugins see of it.
package tests

import (
	"errors"
	"strings"
	"testing"

	"merlon.dev/merlon"
	types "merlon.dev/merlon/internal/bindings/imports/merlon_plugin_types"
	"merlon.dev/merlon/merlontest"
)

// A plugin is one function; it sees every kind of field.
type plugin func(row merlon.Row) ([]merlon.Finding, error)

var fields = []string{"text", "texts", "number", "numbers", "flag"}

func (plugin) Manifest() merlon.Manifest {
	return merlon.Manifest{
		Rules: []merlon.Rule{
			{ID: "plain", Title: "Nothing said"},
			{ID: "whole", Title: "All said", Severity: merlon.Critical, Confidence: merlon.LowConfidence},
		},
		Subscriptions: []merlon.Subscription{
			{Kind: "test", Fields: fields},
			{Kind: "file.content", Fields: []string{"hits", "hits.pattern", "hits.offset", "hits.text"}},
		},
	}
}

func (p plugin) Evaluate(batch *merlon.Batch) ([]merlon.Finding, error) {
	var all []merlon.Finding
	for row := range batch.Rows() {
		found, err := p(row)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func start(t *testing.T, evaluate plugin) *merlontest.Plugin {
	t.Helper()
	return merlontest.Start(t, func([]byte) (merlon.Plugin, error) { return evaluate, nil }, "{}")
}

func row(pairs ...any) merlontest.Row {
	values := map[string]any{}
	for n := 0; n < len(pairs); n += 2 {
		values[pairs[n].(string)] = pairs[n+1]
	}
	return merlontest.Row{Fields: values}
}

func wantError(t *testing.T, err error, wanted string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), wanted) {
		t.Errorf("the error is %v, not %q", err, wanted)
	}
}

func TestAFieldThatIsNotSubscribedToIsAnErrorThatNamesIt(t *testing.T) {
	reads := start(t, func(row merlon.Row) ([]merlon.Finding, error) {
		row.Text("other")
		return nil, nil
	})
	_, err := reads.Try("test", row("text", "x"))
	wantError(t, err, "the subscription to test does not ask for the field `other`")
}

func TestAFieldThatIsReadAsAnotherTypeIsAnErrorThatSaysHow(t *testing.T) {
	reads := start(t, func(row merlon.Row) ([]merlon.Finding, error) {
		row.Number("text")
		return nil, nil
	})
	_, err := reads.Try("test", row("text", "x"))
	wantError(t, err, "the field `text` of test is read with Text, not with Number")
}

func TestOtherPanicsStayPanics(t *testing.T) {
	dies := start(t, func(merlon.Row) ([]merlon.Finding, error) { panic("a bug") })
	defer func() {
		if cause := recover(); cause != "a bug" {
			t.Errorf("recovered %v", cause)
		}
	}()
	dies.Try("test", row())
}

func TestAnErrorIsTheAnswer(t *testing.T) {
	refuses := start(t, func(merlon.Row) ([]merlon.Finding, error) { return nil, errors.New("not today") })
	_, err := refuses.Try("test", row())
	wantError(t, err, "not today")
}

func TestARuleThatWasNotDeclaredIsAnErrorThatNamesIt(t *testing.T) {
	finds := start(t, func(row merlon.Row) ([]merlon.Finding, error) {
		return []merlon.Finding{merlon.NewFinding(row, "other", "")}, nil
	})
	_, err := finds.Try("test", row())
	wantError(t, err, "the manifest has no rule `other`")
}

func TestAFindingWithoutARowOfTheBatchIsAnError(t *testing.T) {
	var kept merlon.Row
	finds := start(t, func(row merlon.Row) ([]merlon.Finding, error) {
		if kept == (merlon.Row{}) {
			kept = row
		}
		return []merlon.Finding{{Row: kept, Rule: "plain"}}, nil
	})
	if _, err := finds.Try("test", row()); err != nil {
		t.Fatal(err)
	}
	_, err := finds.Try("test", row())
	wantError(t, err, "a finding of the rule `plain` has no row of this batch")
}

func TestWhatARuleDoesNotSayIsMediumAndSure(t *testing.T) {
	_, manifest, err := merlon.New(func([]byte) (merlon.Plugin, error) { return plugin(nil), nil }).Start("{}")
	if err != nil {
		t.Fatal(err)
	}
	plain, whole := manifest.Rules[0], manifest.Rules[1]
	if plain.Severity != types.Severity_Medium || plain.Confidence != types.Confidence_High {
		t.Errorf("the plain rule is %v", plain)
	}
	if whole.Severity != types.Severity_Critical || whole.Confidence != types.Confidence_Low {
		t.Errorf("the whole rule is %v", whole)
	}
}

func TestBytesThatAreNoTextAreReplaced(t *testing.T) {
	finds := plugin(func(row merlon.Row) ([]merlon.Finding, error) {
		return []merlon.Finding{merlon.NewFinding(row, "plain", "a\xff\xfeb").With("k\x80", "\xc3")}, nil
	})
	instance, _, err := merlon.New(func([]byte) (merlon.Plugin, error) { return finds, nil }).Start("{}")
	if err != nil {
		t.Fatal(err)
	}
	found, err := instance.Evaluate(types.Batch{Rows: 1})
	if err != nil {
		t.Fatal(err)
	}
	evidence := found[0].Evidence[0]
	if found[0].Message != "a\uFFFDb" || evidence.F0 != "k\uFFFD" || evidence.F1 != "\uFFFD" {
		t.Errorf("found %q %q", found[0].Message, evidence)
	}
}

func TestFindingsThatStartAlikeDoNotShareEvidence(t *testing.T) {
	start := merlon.NewFinding(merlon.Row{}, "plain", "").With("a", "1").With("b", "2").With("c", "3")
	one, other := start.With("d", "one"), start.With("d", "other")
	if one.Evidence[3].Value != "one" || other.Evidence[3].Value != "other" {
		t.Errorf("evidence is %v and %v", one.Evidence, other.Evidence)
	}
}

package tests

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"merlon.dev/merlon"
	"merlon.dev/merlon/content"
	"merlon.dev/merlon/kubernetes"
	"merlon.dev/merlon/log"
	"merlon.dev/merlon/merlontest"
	"merlon.dev/merlon/process"
	"merlon.dev/merlon/ruleset"
	"merlon.dev/merlon/state"
)

// messages are what a plugin says about each row.
func messages(t *testing.T, kind string, say func(merlon.Row) string, rows ...merlontest.Row) []string {
	t.Helper()
	says := start(t, func(row merlon.Row) ([]merlon.Finding, error) {
		return []merlon.Finding{merlon.NewFinding(row, "plain", say(row))}, nil
	})
	return said(says.Judge(kind, rows...))
}

func said(found []merlon.Finding) []string {
	var messages []string
	for _, one := range found {
		messages = append(messages, one.Message)
	}
	return messages
}

func want(t *testing.T, got []string, wanted ...string) {
	t.Helper()
	if !slices.Equal(got, wanted) {
		t.Errorf("got %q, not %q", got, wanted)
	}
}

func TestEveryTypeOfFieldIsReadAndWhatIsMissingIsMissing(t *testing.T) {
	everything := func(row merlon.Row) string {
		text, hasText := row.Text("text")
		number, hasNumber := row.Number("number")
		flag, known := row.Flag("flag")
		return fmt.Sprint(text, hasText, row.Texts("texts"), number, hasNumber, row.Numbers("numbers"), flag, known)
	}
	got := messages(t, "test", everything,
		row("text", "a", "texts", []string{"x", "", "x"}, "number", 7, "numbers", []uint64{1, 2}, "flag", true),
		row(),
		row("text", "", "texts", []string{}, "number", 0, "numbers", []uint64{1 << 60}, "flag", false),
	)
	want(t, got,
		"atrue [x  x] 7 true [1 2] true true",
		"false [] 0 false [] false false",
		"true [] 0 true [1152921504606846976] false true",
	)
}

func TestWhatNoRowHasIsMissingWhateverItsType(t *testing.T) {
	got := messages(t, "test", func(row merlon.Row) string {
		_, known := row.Flag("flag")
		return fmt.Sprint(row.TextOr("text", "none"), row.Texts("texts"), row.Numbers("numbers"), known)
	}, row())
	want(t, got, "none[] [] false")
}

func TestEqualTextsHaveEqualSymbols(t *testing.T) {
	got := messages(t, "test", func(row merlon.Row) string {
		return fmt.Sprint(row.Symbol("text"), " of ", row.Batch().Symbols())
	}, row("text", "a"), row("text", "b"), row("text", "a"), row())
	want(t, got, "1 of 3", "2 of 3", "1 of 3", "0 of 3")
}

func TestHitsAreFilledInAsFarAsTheyWereAskedFor(t *testing.T) {
	hits := []merlon.Hit{{Pattern: 2, Offset: 1 << 40, Line: 9, Text: "ü"}, {Pattern: 1}}
	got := messages(t, "file.content", func(row merlon.Row) string {
		count, _ := row.Number("hits")
		return fmt.Sprint(count, slices.Collect(row.Hits()))
	}, merlontest.Row{Hits: hits}, row())
	want(t, got, "2 [{2 1099511627776 0 0 0 ü } {1 0 0 0 0  }]", "0 []")
}

func TestAllThatTheHostLendsIsThere(t *testing.T) {
	asks := start(t, func(row merlon.Row) ([]merlon.Finding, error) {
		bytes, err := content.Read(row, 1, 3)
		if err != nil {
			return nil, err
		}
		note, err := ruleset.Read("note.txt")
		if err != nil {
			return nil, err
		}
		log.Warn("asked")
		message := fmt.Sprint(string(bytes), string(note), ruleset.Files(), process.Ancestors(row)[0].Exe,
			kubernetes.List("Pod"), kubernetes.List(""))
		return []merlon.Finding{merlon.NewFinding(row, "plain", message)}, nil
	})
	asks.Files = map[string][]byte{"note.txt": []byte("note")}
	asks.Objects = map[string][]string{"Pod": {"{}"}, "Node": {"[]"}}
	got := said(asks.Judge("test", merlontest.Row{
		Content:   []byte("abcdef"),
		Ancestors: []process.Ancestor{{Exe: "/sbin/init"}},
	}))
	want(t, got, "bcdnote[note.txt]/sbin/init[{}] [[] {}]")
	want(t, asks.Lines, "warn: asked")
}

func TestAFileThatIsNotThereIsAnError(t *testing.T) {
	asks := start(t, func(row merlon.Row) ([]merlon.Finding, error) {
		_, err := content.Read(row, 0, 1)
		if err == nil {
			t.Error("bytes were read")
		}
		_, err = ruleset.Read("../secret")
		return nil, err
	})
	_, err := asks.Try("test", row())
	wantError(t, err, "the ruleset has no file ../secret")
}

func TestStateForgetsByTheTimeOfTheEvents(t *testing.T) {
	counts := start(t, func(row merlon.Row) ([]merlon.Finding, error) {
		last, _ := state.Get(row, "last")
		text := row.TextOr("text", "")
		count, err := state.Increment(row, "count", 2, time.Second)
		if err != nil {
			return nil, err
		}
		message := fmt.Sprint(last, count)
		return []merlon.Finding{merlon.NewFinding(row, "plain", message)}, state.Set(row, "last", text, time.Second)
	})
	at := func(text string, at time.Duration) merlontest.Row {
		return merlontest.Row{Fields: map[string]any{"text": text}, At: at}
	}
	rows := []merlontest.Row{at("a", 0), at("b", 999*time.Millisecond), at("c", 1500*time.Millisecond), at("d", time.Hour)}
	got := said(counts.Judge("test", rows...))
	want(t, got, "2", "a4", "b2", "2")
}

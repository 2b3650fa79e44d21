package main

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"merlon.dev/merlon"
	"merlon.dev/merlon/content"
	"merlon.dev/merlon/kubernetes"
	"merlon.dev/merlon/process"
	"merlon.dev/merlon/ruleset"
	"merlon.dev/merlon/state"
)

const (
	missing = "(missing)"
	kept    = time.Second
	far     = 1 << 40
)

func echo(finding merlon.Finding) merlon.Finding {
	for _, field := range finding.Row.Batch().Fields() {
		finding = finding.With(field, textOf(finding.Row, field))
	}
	return finding
}

func textOf(row merlon.Row, field string) string {
	switch field {
	case "argv", "hits.text":
		return strings.Join(row.Texts(field), "|")
	case "pid", "size", "hits":
		if number, ok := row.Number(field); ok {
			return strconv.FormatUint(number, 10)
		}
		return missing
	case "hits.pattern", "hits.offset", "hits.length", "hits.line", "hits.column":
		var texts []string
		for _, number := range row.Numbers(field) {
			texts = append(texts, strconv.FormatUint(number, 10))
		}
		return strings.Join(texts, ",")
	case "argv_truncated":
		switch value, known := row.Flag(field); {
		case !known:
			return missing
		case value:
			return "yes"
		default:
			return "no"
		}
	default:
		return row.TextOr(field, missing)
	}
}

func full(finding merlon.Finding) merlon.Finding {
	row := finding.Row
	finding.Rule = "full"
	finding.Outcome = []merlon.Outcome{merlon.Fail, merlon.Pass, merlon.Skip}[row.Index()%3]
	finding.Container = "app"
	finding.Location = &merlon.Location{Offset: 7, Length: 3, Line: 2, Column: 5}
	finding.FailedPaths = []string{"a.b", "c[0]"}
	finding.Fixes = []merlon.Fix{{Path: "a.b", Value: "false"}}
	finding.Distinct = fmt.Sprintf("=same%d", row.Index())
	return finding.With("k", "v").With("ü", "日本")
}

func states(finding merlon.Finding) merlon.Finding {
	row := finding.Row
	exe := row.TextOr("exe", missing)
	count, err := state.Increment(row, "count:"+exe, 1, kept)
	finding = finding.With("count", orError(strconv.FormatUint(count, 10), err))
	last, ok := state.Get(row, "last")
	if !ok {
		last = missing
	}
	return finding.With("last", last).With("set", orError("ok", state.Set(row, "last", exe, kept)))
}

func orError(text string, err error) string {
	if err != nil {
		return err.Error()
	}
	return text
}

func ancestors(finding merlon.Finding) merlon.Finding {
	var lines []string
	for _, one := range process.Ancestors(finding.Row) {
		argv := strings.Join(one.Argv, " ")
		lines = append(lines, fmt.Sprintf("%s %d %s %d %d %s", one.Exe, one.PID, one.Comm, one.UID, one.EUID, argv))
	}
	return finding.With("ancestors", strings.Join(lines, "|"))
}

func window(finding merlon.Finding) merlon.Finding {
	read := func(offset uint64) string {
		bytes, err := content.Read(finding.Row, offset, 16)
		if err != nil {
			return "error: " + err.Error()
		}
		return hex.EncodeToString(bytes)
	}
	return finding.With("first", read(0)).With("beyond", read(far))
}

func files(finding merlon.Finding) merlon.Finding {
	note, err := ruleset.Read("note.txt")
	outside := "read"
	if _, err := ruleset.Read("../secret"); err != nil {
		outside = "refused"
	}
	return finding.With("files", strings.Join(ruleset.Files(), "|")).
		With("note", orError(string(note), err)).
		With("outside", outside)
}

func objects(finding merlon.Finding) merlon.Finding {
	return finding.With("pods", strconv.Itoa(len(kubernetes.List("Pod")))).
		With("all", strconv.Itoa(len(kubernetes.List(""))))
}

func wasi(finding merlon.Finding) merlon.Finding {
	file := "denied"
	if _, err := os.ReadFile("/etc/passwd"); err == nil {
		file = "read"
	}
	return finding.With("file", file).
		With("environment", strconv.Itoa(len(os.Environ()))).
		With("clock", strconv.FormatInt(time.Now().Unix(), 10)).
		With("random", strconv.FormatUint(rand.Uint64(), 10))
}

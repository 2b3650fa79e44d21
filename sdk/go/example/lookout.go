// conformance/lookout/README.md says what is found; this is how it looks in Go.
package main

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"merlon.dev/merlon"
	"merlon.dev/merlon/content"
	"merlon.dev/merlon/log"
	"merlon.dev/merlon/process"
	"merlon.dev/merlon/state"
)

const (
	pipedDownload = `(?:curl|wget)[^\n|]{0,200}\|[ \t]*(?:ba)?sh`
	shells        = `exe.name in ("sh", "bash", "dash", "ash")`
)

type lookout struct {
	Servers []string
	Burst   uint64
}

func newLookout(settings []byte) (merlon.Plugin, error) {
	plugin := &lookout{}
	if err := json.Unmarshal(settings, plugin); err != nil {
		return nil, err
	}
	return plugin, nil
}

func (*lookout) Manifest() merlon.Manifest {
	return merlon.Manifest{
		Rules: []merlon.Rule{
			{
				ID: "shell-from-server", Title: "A server program started a shell",
				Severity: merlon.High, Attack: []string{"T1059.004", "T1190"},
			},
			{ID: "shell-burst", Title: "Many shells in one container", Attack: []string{"T1059.004"}},
			{
				ID: "piped-download", Title: "A script runs what it downloads",
				Severity: merlon.High, Attack: []string{"T1105"},
			},
			{ID: "unpinned-image", Title: "An image is not pinned by digest", Severity: merlon.Low},
		},
		Subscriptions: []merlon.Subscription{
			{Kind: "process.exec", Fields: []string{"exe", "argv", "container.id"}, Where: shells},
			{
				Kind: "file.content",
				Fields: []string{
					"path", "hits.pattern", "hits.offset", "hits.length", "hits.line", "hits.column",
				},
				Where: "hits > 0",
			},
			{Kind: "k8s.object", Fields: []string{"object"}, Where: `kind == "Pod"`},
		},
		Patterns: []merlon.Pattern{{ID: 1, Regex: pipedDownload}},
	}
}

func (l *lookout) Evaluate(batch *merlon.Batch) (found []merlon.Finding, err error) {
	for row := range batch.Rows() {
		switch batch.Kind() {
		case "process.exec":
			found, err = l.shells(found, row)
		case "file.content":
			found, err = download(found, row)
		default:
			found, err = images(found, row)
		}
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (l *lookout) shells(found []merlon.Finding, row merlon.Row) ([]merlon.Finding, error) {
	ancestors := process.Ancestors(row)
	server := slices.IndexFunc(ancestors, func(one process.Ancestor) bool {
		return slices.Contains(l.Servers, path.Base(one.Exe))
	})
	if server >= 0 {
		ancestor := ancestors[server].Exe
		message := row.TextOr("exe", "") + " was started by " + ancestor
		log.Info(message)
		found = append(found, merlon.NewFinding(row, "shell-from-server", message).
			With("ancestor", ancestor).
			With("command", strings.Join(row.Texts("argv"), " ")))
	}
	container, ok := row.Text("container.id")
	if !ok {
		return found, nil
	}
	count, err := state.Increment(row, "shells:"+container, 1, time.Minute)
	if err != nil {
		return nil, err
	}
	if count > l.Burst {
		message := strconv.FormatUint(count, 10) + " shells within a minute in one container"
		found = append(found, merlon.NewFinding(row, "shell-burst", message).With("container", container))
	}
	return found, nil
}

func download(found []merlon.Finding, row merlon.Row) ([]merlon.Finding, error) {
	start, err := content.Read(row, 0, 2)
	if err != nil || string(start) != "#!" {
		return found, err
	}
	for hit := range row.Hits() {
		message := row.TextOr("path", "") + " runs what it downloads"
		return append(found, merlon.NewFinding(row, "piped-download", message).At(hit)), nil
	}
	return found, nil
}

type pod struct {
	Spec struct {
		Containers, InitContainers []struct{ Name, Image string }
	}
}

func images(found []merlon.Finding, row merlon.Row) ([]merlon.Finding, error) {
	var object pod
	if err := json.Unmarshal([]byte(row.TextOr("object", "null")), &object); err != nil {
		return nil, err
	}
	for place, one := range object.Spec.Containers {
		found = unpinned(found, row, one.Name, one.Image, "containers", place)
	}
	for place, one := range object.Spec.InitContainers {
		found = unpinned(found, row, one.Name, one.Image, "initContainers", place)
	}
	return found, nil
}

func unpinned(
	found []merlon.Finding, row merlon.Row, name, image, list string, place int,
) []merlon.Finding {
	if strings.Contains(image, "@sha256:") {
		return found
	}
	finding := merlon.NewFinding(row, "unpinned-image", image+" is not pinned by digest")
	finding.Container = name
	finding.FailedPaths = []string{"spec." + list + "[" + strconv.Itoa(place) + "].image"}
	return append(found, finding)
}

func init() { merlon.Register(newLookout) }

func main() {}

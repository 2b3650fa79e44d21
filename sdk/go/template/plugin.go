// A shell runs in a container.
package main

import "merlon.dev/merlon"

type shellInContainer struct{}

func newPlugin(_ []byte) (merlon.Plugin, error) {
	return shellInContainer{}, nil
}

func (shellInContainer) Manifest() merlon.Manifest {
	return merlon.Manifest{
		Rules: []merlon.Rule{{
			ID:       "shell-in-container",
			Title:    "A shell runs in a container",
			Severity: merlon.High,
			Attack:   []string{"T1059.004"},
		}},
		Subscriptions: []merlon.Subscription{{
			Kind:   "process.exec",
			Fields: []string{"exe", "container.id"},
			Where:  `container.id exists and exe.name in ("sh", "bash", "dash", "ash")`,
		}},
	}
}

func (shellInContainer) Evaluate(batch *merlon.Batch) ([]merlon.Finding, error) {
	var found []merlon.Finding
	for row := range batch.Rows() {
		message := row.TextOr("exe", "a shell") + " runs in a container"
		container := row.TextOr("container.id", "")
		found = append(found, merlon.NewFinding(row, "shell-in-container", message).With("container", container))
	}
	return found, nil
}

func init() { merlon.Register(newPlugin) }

func main() {}

package main

import (
	"slices"
	"testing"

	"merlon.dev/merlon"
	"merlon.dev/merlon/merlontest"
)

func TestBashInAContainerIsFound(t *testing.T) {
	plugin := merlontest.Start(t, newPlugin, `{}`)
	found := plugin.Judge("process.exec", merlontest.Row{
		Fields: map[string]any{"exe": "/bin/bash", "container.id": "web"},
	})
	if len(found) != 1 || found[0].Message != "/bin/bash runs in a container" {
		t.Fatalf("found %v", found)
	}
	if !slices.Contains(found[0].Evidence, merlon.Evidence{Key: "container", Value: "web"}) {
		t.Errorf("evidence is %v", found[0].Evidence)
	}
}

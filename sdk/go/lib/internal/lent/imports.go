//go:build wasip1

package lent

import (
	"merlon.dev/merlon/internal/bindings/imports/merlon_plugin_content"
	"merlon.dev/merlon/internal/bindings/imports/merlon_plugin_kubernetes"
	"merlon.dev/merlon/internal/bindings/imports/merlon_plugin_log"
	"merlon.dev/merlon/internal/bindings/imports/merlon_plugin_process"
	"merlon.dev/merlon/internal/bindings/imports/merlon_plugin_ruleset"
	"merlon.dev/merlon/internal/bindings/imports/merlon_plugin_state"
	"merlon.dev/merlon/internal/wit/runtime"
)

// Plain functions rather than a Host: a component imports only what its plugin calls.

func Write(level uint8, line string) {
	merlon_plugin_log.Write(level, line)
}

func Paths() []string {
	defer runtime.Unpin()
	return merlon_plugin_ruleset.Files()
}

func File(path string) ([]byte, error) {
	defer runtime.Unpin()
	return answer(merlon_plugin_ruleset.Read(path))
}

func Content(row uint32, offset uint64, length uint32) ([]byte, error) {
	defer runtime.Unpin()
	return answer(merlon_plugin_content.Read(row, offset, length))
}

func Ancestors(row uint32) []Ancestor {
	defer runtime.Unpin()
	found := merlon_plugin_process.Ancestors(row)
	ancestors := make([]Ancestor, len(found))
	for n, one := range found {
		ancestors[n] = Ancestor{one.ExecId, one.Pid, one.Exe, one.Argv, one.Comm, one.Uid, one.Euid}
	}
	return ancestors
}

func List(kind string) []string {
	defer runtime.Unpin()
	return merlon_plugin_kubernetes.List(kind)
}

func Get(row uint32, key string) (string, bool) {
	defer runtime.Unpin()
	return merlon_plugin_state.Get(row, key).Get()
}

func Set(row uint32, key, value string, milliseconds uint64) error {
	defer runtime.Unpin()
	_, err := answer(merlon_plugin_state.Set(row, key, value, milliseconds))
	return err
}

func Increment(row uint32, key string, by, milliseconds uint64) (uint64, error) {
	defer runtime.Unpin()
	return answer(merlon_plugin_state.Increment(row, key, by, milliseconds))
}

// Package export_merlon_plugin_detector is where the generated exports look for the plugin. Written by hand.
package export_merlon_plugin_detector

import (
	types "merlon.dev/merlon/internal/bindings/imports/merlon_plugin_types"
	wit "merlon.dev/merlon/internal/wit/types"
)

// Describe and Evaluate are set before the host calls anything.
var (
	Describe func(settings string) wit.Result[types.Manifest, string]
	Evaluate func(batch types.Batch) wit.Result[[]types.Finding, string]
)

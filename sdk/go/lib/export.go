//go:build wasip1

package merlon

import (
	detector "merlon.dev/merlon/internal/bindings/exports/export_merlon_plugin_detector"
	_ "merlon.dev/merlon/internal/bindings/exports/wit_exports"
	types "merlon.dev/merlon/internal/bindings/imports/merlon_plugin_types"
	wit "merlon.dev/merlon/internal/wit/types"

	"merlon.dev/merlon/internal/utf8"
)

var described *Instance

func init() {
	detector.Describe = describe
	detector.Evaluate = evaluate
}

func describe(settings string) wit.Result[types.Manifest, string] {
	if registered == nil {
		return wit.Err[types.Manifest]("the plugin calls merlon.Register nowhere: call it in an init function")
	}
	instance, manifest, err := registered.Start(settings)
	if err != nil {
		return wit.Err[types.Manifest](utf8.Valid(err.Error()))
	}
	described = instance
	return wit.Ok[types.Manifest, string](manifest)
}

func evaluate(batch types.Batch) wit.Result[[]types.Finding, string] {
	if described == nil {
		return wit.Err[[]types.Finding]("evaluate was called before describe")
	}
	findings, err := described.Evaluate(batch)
	if err != nil {
		return wit.Err[[]types.Finding](utf8.Valid(err.Error()))
	}
	return wit.Ok[[]types.Finding, string](findings)
}

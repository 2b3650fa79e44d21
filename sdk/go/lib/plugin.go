// Package merlon is what a Merlon plugin is written with: rules, subscriptions, a view of the rows, and
// findings. What the host lends is in packages of its own, one per capability: log, ruleset, content,
// process, kubernetes, state. Package merlontest runs a plugin under go test.
package merlon

// A Plugin says what it wants to see, and judges what it is shown.
type Plugin interface {
	// Manifest is called once per instance: rules, subscriptions and patterns.
	Manifest() Manifest

	// Evaluate is called per batch. An error says why there is no answer; the policy's on_fault decides what
	// that means. A panic costs the instance.
	Evaluate(batch *Batch) ([]Finding, error)
}

// New makes a plugin of its settings, JSON that the host checked against the ruleset's schema. An error says
// what is wrong with them, in a sentence for the operator.
type New func(settings []byte) (Plugin, error)

var registered New

// Register exports the plugin. It is called once, from the init function of package main; whose main function
// stays empty, since it is never called.
func Register(new New) {
	if registered != nil {
		panic("merlon: Register was called twice; a component is one plugin")
	}
	registered = new
}

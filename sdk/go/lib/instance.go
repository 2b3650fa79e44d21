package merlon

import (
	"errors"
	"slices"
	"strconv"

	types "merlon.dev/merlon/internal/bindings/imports/merlon_plugin_types"
)

// An Instance is a plugin that was described, with what must be remembered of its manifest to read its
// batches. It is of use to package merlontest only.
type Instance struct {
	plugin        Plugin
	rules         []string
	subscriptions []Subscription
}

// Start makes the plugin; the manifest is for the host.
func (new New) Start(settings string) (*Instance, types.Manifest, error) {
	plugin, err := new([]byte(settings))
	if err != nil {
		return nil, types.Manifest{}, err
	}
	manifest := plugin.Manifest()
	raw, err := manifest.raw()
	if err != nil {
		return nil, types.Manifest{}, err
	}
	instance := &Instance{plugin: plugin, subscriptions: manifest.Subscriptions}
	for _, rule := range manifest.Rules {
		instance.rules = append(instance.rules, rule.ID)
	}
	return instance, raw, nil
}

// Judge is the plugin's answer to a batch, checked as the host will check it.
func (i *Instance) Judge(raw types.Batch) (*Batch, []Finding, error) {
	place := int(raw.Subscription)
	if place >= len(i.subscriptions) {
		return nil, nil, errors.New("batch of subscription " + strconv.Itoa(place) + ", which does not exist")
	}
	batch := newBatch(raw, i.subscriptions[place])
	findings, err := i.judge(batch)
	if err != nil {
		return nil, nil, err
	}
	for _, finding := range findings {
		if err := i.check(batch, finding); err != nil {
			return nil, nil, err
		}
	}
	return batch, findings, nil
}

// Evaluate is the answer as the host wants it.
func (i *Instance) Evaluate(raw types.Batch) ([]types.Finding, error) {
	_, findings, err := i.Judge(raw)
	if err != nil {
		return nil, err
	}
	answer := make([]types.Finding, len(findings))
	for n := range findings {
		answer[n] = findings[n].raw(i.place(findings[n].Rule))
	}
	return answer, nil
}

// A field that was not asked for stops the plugin where it reads it, and is the answer.
func (i *Instance) judge(batch *Batch) (findings []Finding, err error) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case misuse:
			findings, err = nil, cause
		default:
			panic(cause)
		}
	}()
	return i.plugin.Evaluate(batch)
}

func (i *Instance) check(batch *Batch, finding Finding) error {
	if i.place(finding.Rule) < 0 {
		return errors.New("the manifest has no rule `" + finding.Rule + "`: add it there")
	}
	if finding.Row.batch != batch {
		return errors.New("a finding of the rule `" + finding.Rule + "` has no row of this batch: set its Row")
	}
	if finding.Outcome > Skip {
		return errors.New("a finding of the rule `" + finding.Rule + "` has an outcome that is none")
	}
	return nil
}

func (i *Instance) place(rule string) int {
	return slices.Index(i.rules, rule)
}

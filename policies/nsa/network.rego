# Which network policies of the inventory restrict a pod, and in which direction ("Ingress" or "Egress").
#
# Policies add up: a pod is restricted when a policy selects it, and no policy that selects it allows
# everything.
package nsa.network

import data.nsa.calico
import data.nsa.cilium
import data.nsa.lib

# What policies select by.
target(object_, pod) := {
	"namespace": lib.namespace(object_),
	"labels": lib.labels(pod.metadata),
	"account": object.get(pod.spec, "serviceAccountName", "default"),
}

# Why nothing restricts the pod; undefined when something does.
open(object_, pod, direction) := reason if {
	pod.spec.hostNetwork == true
	reason := "it is on the host's network, which no policy restricts"
} else := reason if {
	target_ := target(object_, pod)
	selecting := array.concat(array.concat(policies(target_, direction), cilium.policies(target_, direction)), calico.policies(target_, direction))
	reason := opening(selecting)
}

opening([]) := "no network policy selects it"

opening(selecting) := sprintf("%s allows everything", [wide[0]]) if {
	wide := [found.title | some found in selecting; found.wide]
	count(wide) > 0
}

policies(target_, direction) := [{"title": lib.title(policy), "wide": wide} |
	some policy in lib.namespaced(target_.namespace, "NetworkPolicy")
	not calico.owns(policy)
	spec := lib.part(policy, "spec")
	direction in directions(spec)
	lib.selects(object.get(spec, "podSelector", {}), target_.labels)
	wide := allows_everything(lib.list_of(object.get(spec, lower(direction), [])), peers[direction])
]

peers := {"Ingress": "from", "Egress": "to"}

# Without policyTypes a policy is about ingress, and about egress only when it has egress rules.
directions(spec) := {type | some type in spec.policyTypes} if count(lib.list_of(object.get(spec, "policyTypes", []))) > 0

directions(spec) := {"Ingress"} | {"Egress" | count(lib.list_of(object.get(spec, "egress", []))) > 0} if {
	count(lib.list_of(object.get(spec, "policyTypes", []))) == 0
}

# A rule without peers and ports is about all of them.
allows_everything(rules, field) if {
	some rule in rules
	count(lib.list_of(object.get(rule, "ports", []))) == 0
	everybody(lib.list_of(object.get(rule, field, [])))
} else := false

everybody(peers_) if count(peers_) == 0

everybody(peers_) if {
	some peer in peers_
	peer.ipBlock.cidr == "0.0.0.0/0"
	count(lib.list_of(object.get(peer.ipBlock, "except", []))) == 0
}

# Policies whose selectors nobody here can read.
unreadable(object_, pod) := calico.unreadable(target(object_, pod))

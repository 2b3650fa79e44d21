# Which network policies of the inventory isolate a pod, and in which direction.
package nsa.network

import data.nsa.lib

# Whether some policy of the pod's namespace selects it for that direction ("Ingress" or "Egress").
isolated(namespace, labels, direction) if {
	some policy in data.inventory.objects
	policy.kind == "NetworkPolicy"
	startswith(object.get(policy, "apiVersion", ""), "networking.k8s.io/")
	lib.namespace(policy) == namespace
	spec := lib.object_of(object.get(policy, "spec", {}))
	directions(spec)[direction]
	lib.selects(object.get(spec, "podSelector", {}), labels)
}

isolated(namespace, labels, direction) if {
	some policy in data.inventory.objects
	policy.kind == "CiliumNetworkPolicy"
	lib.namespace(policy) == namespace
	cilium_isolates(policy, labels, direction)
}

isolated(_, labels, direction) if {
	some policy in data.inventory.objects
	policy.kind == "CiliumClusterwideNetworkPolicy"
	cilium_isolates(policy, labels, direction)
}

# Without policyTypes a policy isolates ingress, and egress only when it has egress rules.
directions(spec) := {type | some type in spec.policyTypes} if is_array(object.get(spec, "policyTypes", null))

directions(spec) := {"Ingress", "Egress"} if {
	not is_array(object.get(spec, "policyTypes", null))
	is_array(object.get(spec, "egress", null))
}

directions(spec) := {"Ingress"} if {
	not is_array(object.get(spec, "policyTypes", null))
	not is_array(object.get(spec, "egress", null))
}

cilium_isolates(policy, labels, direction) if {
	some spec in array.concat([lib.object_of(object.get(policy, "spec", {}))], lib.list_of(object.get(policy, "specs", [])))
	is_object(object.get(spec, "endpointSelector", null))
	some field in [lower(direction), sprintf("%sDeny", [lower(direction)])]
	is_array(object.get(spec, field, null))
	lib.selects(cilium_selector(spec.endpointSelector), labels)
}

# Cilium writes the source of a label in front of it: k8s:app, any:app.
cilium_selector(selector) := {
	"matchLabels": {plain(key): value | some key, value in lib.object_of(object.get(selector, "matchLabels", {}))},
	"matchExpressions": [object.union(expression, {"key": plain(expression.key)}) |
		some expression in lib.list_of(object.get(selector, "matchExpressions", []))
	],
}

plain(key) := regex.replace(key, `^(k8s|any):`, "")

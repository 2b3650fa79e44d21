# Cilium's policies: their rules select by labels with a source in front, and by labels that Cilium adds.
package nsa.cilium

import data.nsa.lib

policies(target, direction) := [{"title": lib.title(policy), "wide": wide} |
	some policy in candidates(target)
	some spec in array.concat([lib.part(policy, "spec")], lib.list_of(object.get(policy, "specs", [])))
	is_object(spec.endpointSelector)
	restricts(spec, direction)
	lib.selects(plain(spec.endpointSelector), labels(target))
	wide := allows_everything(spec, direction)
]

candidates(target) := array.concat(
	lib.namespaced(target.namespace, "CiliumNetworkPolicy"),
	lib.cluster_wide("CiliumClusterwideNetworkPolicy"),
)

# A rule that is there restricts its direction, unless the policy says that it does not.
restricts(spec, direction) if {
	object.get(lib.part(spec, "enableDefaultDeny"), lower(direction), null) == true
}

restricts(spec, direction) if {
	object.get(lib.part(spec, "enableDefaultDeny"), lower(direction), null) == null
	some field in [lower(direction), sprintf("%sDeny", [lower(direction)])]
	count(lib.list_of(object.get(spec, field, []))) > 0
}

# Unlike with Kubernetes, a rule without peers allows nobody.
allows_everything(spec, direction) if {
	some rule in lib.list_of(spec[lower(direction)])
	count(lib.list_of(object.get(rule, "toPorts", []))) == 0
	"all" in lib.list_of(rule[entities[direction]])
} else := false

entities := {"Ingress": "fromEntities", "Egress": "toEntities"}

labels(target) := object.union(object.union(target.labels, of_namespace(target.namespace)), {
	"io.kubernetes.pod.namespace": target.namespace,
	"io.cilium.k8s.policy.serviceaccount": target.account,
})

of_namespace(name) := {sprintf("io.cilium.k8s.namespace.labels.%s", [key]): value |
	some key, value in lib.labels(data.inventory.cluster.v1.Namespace[name].metadata)
}

# The source of a label stands in front of it: k8s:app, any:app.
plain(selector) := {
	"matchLabels": {bare(key): value | some key, value in lib.part(selector, "matchLabels")},
	"matchExpressions": [object.union(expression, {"key": bare(expression.key)}) | some expression in lib.list_of(selector.matchExpressions)],
}

bare(key) := regex.replace(key, `^(k8s|any)[:.]`, "")

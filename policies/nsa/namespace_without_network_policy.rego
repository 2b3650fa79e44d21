package nsa.namespace_without_network_policy

import data.nsa.lib
import data.nsa.network

deny contains result if {
	namespace := lib.name(input)
	open := [lib.title(workload) |
		some workload in data.inventory.objects
		lib.namespace(workload) == namespace
		pod := lib.pod(workload)
		not network.isolated(namespace, lib.labels(pod.metadata), "Ingress")
	]
	reason := why(namespace, open)
	result := {
		"msg": sprintf("Namespace %s %s", [namespace, reason]),
		"failed_paths": ["metadata.name"],
		"evidence": {"open": concat(", ", array.slice(open, 0, 10))},
	}
}

why(_, open) := sprintf("holds %d workloads that no network policy selects", [count(open)]) if count(open) > 0

# A namespace without workloads is judged by what the next pod in it would meet.
why(namespace, open) := "has no network policy" if {
	count(open) == 0
	not network.isolated(namespace, {}, "Ingress")
	not has_policy(namespace)
}

has_policy(namespace) if {
	some policy in data.inventory.objects
	policy.kind in {"NetworkPolicy", "CiliumNetworkPolicy"}
	lib.namespace(policy) == namespace
}

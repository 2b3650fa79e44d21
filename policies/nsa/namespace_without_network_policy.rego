package nsa.namespace_without_network_policy

import data.nsa.lib
import data.nsa.network

deny contains result if {
	problem := problem_of(lib.name(input))
	result := {
		"msg": sprintf("Namespace %s %s", [lib.name(input), problem.what]),
		"failed_paths": ["metadata.name"],
		"evidence": problem.evidence,
	}
}

# What a controller made is judged where it is written.
workloads(namespace) := [object_ |
	some kinds in data.inventory.namespace[namespace]
	some objects in kinds
	some object_ in objects
	lib.pod(object_)
	not owned(object_)
]

owned(object_) if {
	some owner in lib.list_of(object_.metadata.ownerReferences)
	owner.controller == true
	owner.kind in {"ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController"}
}

problem_of(namespace) := {"what": sprintf("has pods whose %s nothing restricts", [what]), "evidence": evidence} if {
	found := [{"direction": direction, "open": open} |
		some direction in ["Ingress", "Egress"]
		open := [lib.title(workload) |
			some workload in workloads(namespace)
			network.open(workload, lib.pod(workload), direction)
		]
		count(open) > 0
	]
	count(found) > 0
	what := concat(" and ", [lower(side.direction) | some side in found])
	evidence := {lower(side.direction): concat(", ", array.slice(side.open, 0, 10)) | some side in found}
}

# A namespace whose pods are not known is judged by whether it has a policy at all.
problem_of(namespace) := {"what": "has no network policy", "evidence": {}} if {
	count(workloads(namespace)) == 0
	every kind in ["NetworkPolicy", "CiliumNetworkPolicy"] {
		count(lib.namespaced(namespace, kind)) == 0
	}
	network.open({"metadata": {"namespace": namespace}}, {"metadata": {}, "spec": {}}, "Ingress")
}

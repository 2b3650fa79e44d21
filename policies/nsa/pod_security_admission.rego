package nsa.pod_security_admission

import data.nsa.control_plane
import data.nsa.lib

# PodSecurityPolicy is gone since Kubernetes 1.25; what enforces today is a label of the namespace.
deny contains result if {
	input.kind == "Namespace"
	not lib.name(input) in {"kube-system", "kube-public", "kube-node-lease"}
	level := object.get(lib.labels(input.metadata), "pod-security.kubernetes.io/enforce", "privileged")
	not level in {"baseline", "restricted"}
	path := "metadata.labels[\"pod-security.kubernetes.io/enforce\"]"
	result := {
		"msg": sprintf("Namespace %s admits pods of every kind", [lib.name(input)]),
		"failed_paths": [path],
		"fix_paths": [{"path": path, "value": "baseline"}],
	}
}

deny contains result if {
	input.kind == "Inventory"
	some server in control_plane.api_servers
	"PodSecurity" in split(object.get(server.flags, "disable-admission-plugins", ""), ",")
	result := {
		"msg": sprintf("%s has Pod Security admission switched off", [lib.title(server.object)]),
		"object": lib.identity(server.object),
		"failed_paths": [server.path],
	}
}

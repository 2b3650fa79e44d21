package nsa.pod_security_admission

import data.nsa.control_plane
import data.nsa.lib

# PodSecurityPolicy is gone since Kubernetes 1.25; what enforces today is a label of the namespace, or the
# default of the API server's admission configuration.
deny contains result if {
	input.kind == "Namespace"
	not lib.name(input) in {"kube-system", "kube-public", "kube-node-lease"}
	level := object.get(lib.labels(lib.part(input, "metadata")), "pod-security.kubernetes.io/enforce", by_default)
	not level in {"baseline", "restricted"}
	path := "metadata.labels[\"pod-security.kubernetes.io/enforce\"]"
	result := {
		"msg": sprintf("Namespace %s admits privileged pods: Pod Security admission enforces no level", [lib.name(input)]),
		"failed_paths": [path],
		"fix_paths": [{"path": path, "value": "baseline"}],
	}
}

by_default := levels[0] if {
	levels := [level |
		some kind in ["AdmissionConfiguration", "PodSecurityConfiguration"]
		some object_ in lib.cluster_wide(kind)
		some configuration in pod_security(object_)
		level := configuration.defaults.enforce
	]
	count(levels) > 0
} else := "privileged"

pod_security(object_) := [object_] if object_.kind == "PodSecurityConfiguration"

pod_security(object_) := [plugin.configuration | some plugin in lib.list_of(object_.plugins); plugin.name == "PodSecurity"] if {
	object_.kind == "AdmissionConfiguration"
}

deny contains result if {
	some server in control_plane.of(input)
	disabled := [name |
		some flag in server.flags
		flag.name == "disable-admission-plugins"
		some name in split(flag.value, ",")
	]
	"PodSecurity" in disabled
	result := control_plane.answer(server, "has Pod Security admission switched off", "disable-admission-plugins")
}

skip contains {"msg": control_plane.needs} if control_plane.missing

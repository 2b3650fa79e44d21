package nsa.linux_hardening

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	lib.linux(pod)
	some entry in lib.containers(pod)
	reason := weakness(pod, entry)
	path := sprintf("%s.securityContext.%s", [entry.path, reason])
	result := {
		"msg": sprintf("container %s of %s runs without a seccomp or AppArmor profile", [entry.name, lib.title(input)]),
		"container": entry.name,
		"failed_paths": [path],
		"fix_paths": [{"path": path, "value": "RuntimeDefault"}],
	}
}

profile(pod, entry, field) := object.get(lib.object_of(lib.setting(pod, entry, field)), "type", "missing")

weakness(pod, entry) := "seccompProfile.type" if profile(pod, entry, "seccompProfile") in {"missing", "Unconfined"}

weakness(pod, entry) := "appArmorProfile.type" if {
	profile(pod, entry, "seccompProfile") in {"RuntimeDefault", "Localhost"}
	unconfined(pod, entry)
}

unconfined(pod, entry) if profile(pod, entry, "appArmorProfile") == "Unconfined"

unconfined(pod, entry) if {
	annotations := lib.object_of(object.get(pod.metadata, "annotations", {}))
	object.get(annotations, sprintf("container.apparmor.security.beta.kubernetes.io/%s", [entry.name]), "") == "unconfined"
}

package nsa.linux_hardening

import data.nsa.lib

# Seccomp is off unless somebody writes it; AppArmor and SELinux are on where the node has them, unless
# somebody switches them off. Dropped capabilities replace none of them.
deny contains result if {
	pod := lib.pod(input)
	lib.linux(pod)
	some entry in lib.containers(pod)
	weak := array.concat(array.concat(seccomp(pod, entry), apparmor(pod, entry)), selinux(pod, entry))
	count(weak) > 0
	result := {
		"msg": sprintf("container %s of %s %s", [entry.name, lib.title(input), concat(" and ", [w.what | some w in weak])]),
		"container": entry.name,
		"failed_paths": [w.path | some w in weak],
		"fix_paths": [{"path": w.path, "value": w.fix} | some w in weak],
	}
}

seccomp(pod, entry) := [{"what": what, "path": path, "fix": "RuntimeDefault"} |
	type := object.get(lib.object_of(lib.setting(pod, entry, "seccompProfile")), "type", "")
	what := no_seccomp(type)
	path := sprintf("%s.type", [lib.setting_path(pod, entry, "seccompProfile")])
]

no_seccomp("Unconfined") := "switches seccomp off"

no_seccomp("") := "has no seccomp profile"

apparmor(pod, entry) := [{"what": "switches AppArmor off", "path": path, "fix": "RuntimeDefault"} |
	object.get(lib.object_of(lib.setting(pod, entry, "appArmorProfile")), "type", "") == "Unconfined"
	path := sprintf("%s.type", [lib.setting_path(pod, entry, "appArmorProfile")])
] if {
	is_object(lib.setting(pod, entry, "appArmorProfile"))
}

# What was written before Kubernetes 1.30, and still counts where the field is missing.
apparmor(pod, entry) := [{"what": "switches AppArmor off", "path": path, "fix": "runtime/default"} |
	key := sprintf("container.apparmor.security.beta.kubernetes.io/%s", [entry.name])
	object.get(lib.annotations(pod.metadata), key, "") == "unconfined"
	path := trim_prefix(sprintf("%s.metadata.annotations[%q]", [trim_suffix(trim_suffix(pod.path, "spec"), "."), key]), ".")
] if {
	not is_object(lib.setting(pod, entry, "appArmorProfile"))
}

selinux(pod, entry) := [{"what": "leaves the confinement of SELinux", "path": path, "fix": "container_t"} |
	object.get(lib.object_of(lib.setting(pod, entry, "seLinuxOptions")), "type", "") in {"spc_t", "unconfined_t"}
	path := sprintf("%s.type", [lib.setting_path(pod, entry, "seLinuxOptions")])
]

package nsa.sys_admin

import data.nsa.lib

# Either is as good as privileged: mounts, namespaces and cgroups of the host are within reach.
deny contains result if {
	pod := lib.pod(input)
	lib.linux(pod)
	some entry in lib.containers(pod)
	found := [added | some added in lib.added_capabilities(entry); added.name in {"SYS_ADMIN", "ALL"}]
	count(found) > 0
	names := concat(", ", sort({added.name | some added in found}))
	result := {
		"msg": sprintf("container %s of %s adds %s, which is as good as privileged", [entry.name, lib.title(input), names]),
		"container": entry.name,
		"failed_paths": [added.path | some added in found],
		"evidence": {"capabilities": names},
	}
}

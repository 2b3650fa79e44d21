package nsa.privileged

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	lib.linux(pod)
	some entry in lib.containers(pod)
	reason := privileges(entry)
	path := sprintf("%s.securityContext.%s", [entry.path, reason.field])
	result := {
		"msg": sprintf("container %s of %s is privileged", [entry.name, lib.title(input)]),
		"container": entry.name,
		"failed_paths": [path],
		"evidence": {"why": reason.why},
	}
}

privileges(entry) := {"field": "privileged", "why": "privileged"} if lib.own_setting(entry, "privileged") == true

privileges(entry) := {"field": "capabilities.add", "why": concat(", ", sort(powers))} if {
	lib.own_setting(entry, "privileged") != true
	powers := lib.added_capabilities(entry) & {"SYS_ADMIN", "ALL"}
	count(powers) > 0
}

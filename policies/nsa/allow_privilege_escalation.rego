package nsa.allow_privilege_escalation

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	lib.linux(pod)
	some entry in lib.containers(pod)
	lib.own_setting(entry, "allowPrivilegeEscalation") != false
	path := sprintf("%s.securityContext.allowPrivilegeEscalation", [entry.path])
	result := {
		"msg": sprintf("container %s of %s may gain more privileges than its parent", [entry.name, lib.title(input)]),
		"container": entry.name,
		"failed_paths": [path],
		"fix_paths": [{"path": path, "value": "false"}],
	}
}

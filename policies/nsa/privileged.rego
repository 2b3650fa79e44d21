package nsa.privileged

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	lib.linux(pod)
	some entry in lib.containers(pod)
	lib.own_setting(entry, "privileged") == true
	result := answer(entry, "is privileged", sprintf("%s.securityContext.privileged", [entry.path]))
}

# What Windows has instead: a process of the host that is started like a container.
deny contains result if {
	pod := lib.pod(input)
	some entry in lib.containers(pod)
	options := lib.object_of(lib.setting(pod, entry, "windowsOptions"))
	options.hostProcess == true
	path := sprintf("%s.hostProcess", [lib.setting_path(pod, entry, "windowsOptions")])
	result := answer(entry, "runs as a process of its Windows host", path)
}

answer(entry, what, path) := {
	"msg": sprintf("container %s of %s %s", [entry.name, lib.title(input), what]),
	"container": entry.name,
	"failed_paths": [path],
	"fix_paths": [{"path": path, "value": "false"}],
}

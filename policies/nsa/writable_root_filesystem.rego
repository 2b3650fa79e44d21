package nsa.writable_root_filesystem

import data.nsa.lib

# Windows has no read-only root file system.
deny contains result if {
	pod := lib.pod(input)
	lib.linux(pod)
	some entry in lib.containers(pod)
	lib.own_setting(entry, "readOnlyRootFilesystem") != true
	path := sprintf("%s.securityContext.readOnlyRootFilesystem", [entry.path])
	result := {
		"msg": sprintf("container %s of %s can write to its root file system", [entry.name, lib.title(input)]),
		"container": entry.name,
		"failed_paths": [path],
		"fix_paths": [{"path": path, "value": "true"}],
	}
}

package nsa.run_as_root

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	lib.linux(pod)
	some entry in lib.containers(pod)
	may_be_root(pod, entry)
	path := sprintf("%s.securityContext.runAsNonRoot", [entry.path])
	result := {
		"msg": sprintf("container %s of %s may run as root", [entry.name, lib.title(input)]),
		"container": entry.name,
		"failed_paths": [path],
		"fix_paths": [{"path": path, "value": "true"}],
	}
}

# The user is 0, whatever runAsNonRoot says: the kubelet then refuses to start it.
may_be_root(pod, entry) if lib.setting(pod, entry, "runAsUser") == 0

# Nobody says which user, so the image decides, and nobody forbids root.
may_be_root(pod, entry) if {
	lib.setting(pod, entry, "runAsUser") == null
	lib.setting(pod, entry, "runAsNonRoot") != true
}

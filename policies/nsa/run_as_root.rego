package nsa.run_as_root

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	lib.linux(pod)
	some entry in lib.containers(pod)
	problem := root(pod, entry)
	result := {
		"msg": sprintf("container %s of %s %s", [entry.name, lib.title(input), problem.what]),
		"container": entry.name,
		"failed_paths": [problem.path],
		"fix_paths": [problem.fix],
	}
}

deny contains result if {
	pod := lib.pod(input)
	lib.windows(pod)
	some entry in lib.containers(pod)
	options := lib.object_of(lib.setting(pod, entry, "windowsOptions"))
	lower(object.get(options, "runAsUserName", "")) == "containeradministrator"
	path := sprintf("%s.runAsUserName", [lib.setting_path(pod, entry, "windowsOptions")])
	result := {
		"msg": sprintf("container %s of %s runs as the administrator", [entry.name, lib.title(input)]),
		"container": entry.name,
		"failed_paths": [path],
		"fix_paths": [{"path": path, "value": "ContainerUser"}],
	}
}

root(pod, entry) := {"what": "runs as root", "path": path, "fix": {"path": path, "value": "1000"}} if {
	on_host(pod)
	lib.setting(pod, entry, "runAsUser") == 0
	path := lib.setting_path(pod, entry, "runAsUser")
}

# Nobody says which user, so the image decides, and nobody forbids root.
root(pod, entry) := {"what": "may run as root", "path": path, "fix": {"path": path, "value": "true"}} if {
	on_host(pod)
	lib.setting(pod, entry, "runAsUser") == null
	lib.setting(pod, entry, "runAsNonRoot") != true
	path := lib.setting_path(pod, entry, "runAsNonRoot")
}

# A group that nobody wrote down is the image's; one that is written as 0 is meant.
root(pod, entry) := {"what": "runs in the group of root", "path": path, "fix": {"path": path, "value": "1000"}} if {
	on_host(pod)
	lib.setting(pod, entry, "runAsGroup") == 0
	not as_root(pod, entry)
	path := lib.setting_path(pod, entry, "runAsGroup")
}

as_root(pod, entry) if lib.setting(pod, entry, "runAsUser") == 0

as_root(pod, entry) if {
	lib.setting(pod, entry, "runAsUser") == null
	lib.setting(pod, entry, "runAsNonRoot") != true
}

# In a user namespace root of the container is nobody on the host.
on_host(pod) if object.get(pod.spec, "hostUsers", true) != false

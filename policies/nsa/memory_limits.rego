package nsa.memory_limits

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	some entry in lib.containers(pod)
	entry.list != "ephemeralContainers"
	unlimited(entry.container)
	unlimited(pod.spec)
	path := sprintf("%s.resources.limits.memory", [entry.path])
	result := {
		"msg": sprintf("container %s of %s has no memory limit", [entry.name, lib.title(input)]),
		"container": entry.name,
		"failed_paths": [path],
	}
}

# Also true of a pod: a limit of the whole pod binds each of its containers.
unlimited(holder) if {
	limits := lib.object_of(object.get(lib.object_of(object.get(holder, "resources", {})), "limits", {}))
	object.get(limits, "memory", null) in {null, 0, "0", ""}
}

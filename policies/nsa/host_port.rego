package nsa.host_port

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	some entry in lib.containers(pod)
	some i, port in lib.list_of(object.get(entry.container, "ports", []))
	object.get(port, "hostPort", 0) > 0
	path := sprintf("%s.ports[%d].hostPort", [entry.path, i])
	result := {
		"msg": sprintf("container %s of %s opens port %v of the host", [entry.name, lib.title(input), port.hostPort]),
		"container": entry.name,
		"failed_paths": [path],
	}
}

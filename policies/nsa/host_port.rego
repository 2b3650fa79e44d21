package nsa.host_port

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	some entry in lib.containers(pod)
	ports := [{"number": port.hostPort, "path": sprintf("%s.ports[%d].hostPort", [entry.path, i])} |
		some i, port in lib.list_of(entry.container.ports)
		port.hostPort > 0
	]
	count(ports) > 0
	numbers := concat(", ", [sprintf("%v", [port.number]) | some port in ports])
	result := {
		"msg": sprintf("container %s of %s opens port %s of the host", [entry.name, lib.title(input), numbers]),
		"container": entry.name,
		"failed_paths": [port.path | some port in ports],
		"evidence": {"ports": numbers},
	}
}

package nsa.host_pid

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	pod.spec.hostPID == true
	path := sprintf("%s.hostPID", [pod.path])
	result := {
		"msg": sprintf("%s shares the host's PID namespace", [lib.title(input)]),
		"failed_paths": [path],
		"fix_paths": [{"path": path, "value": "false"}],
	}
}

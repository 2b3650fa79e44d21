package nsa.host_ipc

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	pod.spec.hostIPC == true
	path := sprintf("%s.hostIPC", [pod.path])
	result := {
		"msg": sprintf("%s shares the host's IPC namespace", [lib.title(input)]),
		"failed_paths": [path],
		"fix_paths": [{"path": path, "value": "false"}],
	}
}

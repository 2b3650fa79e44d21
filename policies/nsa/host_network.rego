package nsa.host_network

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	pod.spec.hostNetwork == true
	path := sprintf("%s.hostNetwork", [pod.path])
	result := {
		"msg": sprintf("%s uses the host's network", [lib.title(input)]),
		"failed_paths": [path],
		"fix_paths": [{"path": path, "value": "false"}],
	}
}

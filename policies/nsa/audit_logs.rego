package nsa.audit_logs

import data.nsa.control_plane
import data.nsa.lib

deny contains result if {
	some server in control_plane.api_servers
	object.get(server.flags, "audit-policy-file", "") == ""
	result := {
		"msg": sprintf("%s writes no audit log: it has no audit policy", [lib.title(server.object)]),
		"object": lib.identity(server.object),
		"failed_paths": [server.path],
	}
}

deny contains result if {
	some server in control_plane.api_servers
	object.get(server.flags, "audit-policy-file", "") != ""
	object.get(server.flags, "audit-log-path", "") == ""
	object.get(server.flags, "audit-webhook-config-file", "") == ""
	result := {
		"msg": sprintf("%s has an audit policy and nowhere to write", [lib.title(server.object)]),
		"object": lib.identity(server.object),
		"failed_paths": [server.path],
	}
}

skip contains {"msg": control_plane.needs} if count(control_plane.api_servers) == 0

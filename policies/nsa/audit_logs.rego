package nsa.audit_logs

import data.nsa.control_plane
import data.nsa.lib

deny contains result if {
	some server in control_plane.of(input)
	lib.flag(server.flags, "audit-policy-file", "") == ""
	result := control_plane.answer(server, "writes no audit log: it has no audit policy", "audit-policy-file")
}

deny contains result if {
	some server in control_plane.of(input)
	lib.flag(server.flags, "audit-policy-file", "") != ""
	lib.flag(server.flags, "audit-log-path", "") == ""
	lib.flag(server.flags, "audit-webhook-config-file", "") == ""
	result := control_plane.answer(server, "has an audit policy and nowhere to write", "audit-policy-file")
}

# A policy may be there and record nothing.
deny contains result if {
	input.kind == "Policy"
	startswith(input.apiVersion, "audit.k8s.io/")
	every rule in lib.list_of(object.get(input, "rules", [])) {
		rule.level == "None"
	}
	result := {
		"msg": "the audit policy records nothing: no rule has another level than None",
		"failed_paths": ["rules"],
	}
}

skip contains {"msg": control_plane.needs} if control_plane.missing

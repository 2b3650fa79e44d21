package nsa.exec_into_container

import data.nsa.lib
import data.nsa.rbac

# `get` counts: kubectl opens a WebSocket with it, and older API servers ask for no more.
deny contains result if {
	some rule in rbac.rules(input)
	rbac.covers(object.get(rule, "verbs", []), {"create", "get", "*"})
	rbac.covers(object.get(rule, "resources", []), {"pods/exec", "pods/*", "*/exec", "*/*", "*"})
	rbac.covers(object.get(rule, "apiGroups", []), {"", "*"})
	result := {
		"msg": sprintf("%s lets %s execute commands in containers", [lib.title(input), rbac.subjects(input)]),
		"failed_paths": ["roleRef.name"],
		"evidence": {"role": input.roleRef.name},
	}
}

skip contains {"msg": sprintf("needs %s %s in the inventory", [input.roleRef.kind, input.roleRef.name])} if {
	not rbac.known(input)
}

package nsa.cluster_admin

import data.nsa.lib
import data.nsa.rbac

deny contains result if {
	some rule in rbac.rules(input)
	rbac.covers(object.get(rule, "verbs", []), {"*"})
	rbac.covers(object.get(rule, "resources", []), {"*", "*/*"})
	rbac.covers(object.get(rule, "apiGroups", []), {"*", ""})
	result := {
		"msg": sprintf("%s gives %s every right", [lib.title(input), rbac.subjects(input)]),
		"failed_paths": ["roleRef.name"],
		"evidence": {"role": input.roleRef.name},
	}
}

skip contains {"msg": sprintf("needs %s %s in the inventory", [input.roleRef.kind, input.roleRef.name])} if {
	not rbac.known(input)
}

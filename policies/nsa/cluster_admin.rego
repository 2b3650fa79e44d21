package nsa.cluster_admin

import data.nsa.rbac

deny contains result if {
	count(rbac.subjects(input)) > 0
	some rule in rbac.rules(input)
	rbac.grants(rule, {"", "*"}, {"*", "*/*"}, {"*"})
	result := rbac.answer(input, "do everything")
}

skip contains {"msg": rbac.needs(input)} if {
	count(rbac.subjects(input)) > 0
	not rbac.known(input)
}

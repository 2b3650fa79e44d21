package nsa.kubelet_proxy

import data.nsa.rbac

# The kubelet executes commands for whoever reaches it through the API server, and asks for no pods/exec.
deny contains result if {
	input.kind == "ClusterRoleBinding"
	count(rbac.subjects(input)) > 0
	some rule in rbac.rules(input)
	rbac.grants(rule, {"", "*"}, {"nodes/proxy", "nodes/*", "*/proxy", "*/*", "*"}, {"create", "get", "*"})
	result := rbac.answer(input, "reach the kubelets, which execute commands for them,")
}

skip contains {"msg": rbac.needs(input)} if {
	count(rbac.subjects(input)) > 0
	not rbac.known(input)
}

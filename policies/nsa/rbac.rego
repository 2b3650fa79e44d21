# What the role of a binding allows, aggregated roles and the built-in ones included.
package nsa.rbac

import data.nsa.lib

everything := [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]

exec := [{"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create", "get"]}]

# What every cluster brings, as far as the rules here ask for it.
brought := {
	"cluster-admin": everything,
	"admin": exec,
	"edit": exec,
	"view": [],
	"system:aggregate-to-admin": exec,
	"system:aggregate-to-edit": exec,
	"system:kubelet-api-admin": [{"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["*"]}],
}

# The rules of a role: undefined when nobody knows the role.
rules(binding) := [rule |
	some role in found(binding)
	some rule in lib.list_of(role.rules)
] if {
	count(found(binding)) > 0
}

rules(binding) := brought_rules(binding.roleRef.kind, binding.roleRef.name) if count(found(binding)) == 0

brought_rules("ClusterRole", name) := brought[name]

# The system's own roles give none of the rights that are asked for here.
brought_rules("ClusterRole", name) := [] if {
	startswith(name, "system:")
	not brought[name]
}

brought_rules("Role", name) := [] if regex.match(`^(system:|extension-apiserver-authentication-reader$)`, name)

# The role and what is aggregated into it.
found(binding) := [role |
	some role in lib.namespaced(lib.namespace(binding), "Role")
	lib.name(role) == binding.roleRef.name
] if {
	binding.roleRef.kind == "Role"
}

found(binding) := [role |
	some name in closure(binding.roleRef.name)
	some role in cluster_role(name)
] if {
	binding.roleRef.kind == "ClusterRole"
}

cluster_role(name) := array.concat(
	[role | some kinds in data.inventory.cluster; role := kinds.ClusterRole[name]],
	[{"rules": brought[name]} | not in_inventory(name)],
)

in_inventory(name) if {
	some kinds in data.inventory.cluster
	kinds.ClusterRole[name]
}

# An aggregated role may be aggregated again: view into edit into admin.
closure(name) := {name} if count(selectors(name)) == 0

closure(name) := graph.reachable(aggregation, {name}) if count(selectors(name)) > 0

aggregation := object.union({child: {} | some kinds in data.inventory.cluster; some child, _ in kinds.ClusterRole}, {parent: children |
	some parent in parents
	children := {child |
		some kinds in data.inventory.cluster
		some child, role in kinds.ClusterRole
		some selector in selectors(parent)
		lib.selects(selector, lib.labels(lib.part(role, "metadata")))
	}
})

parents := {name |
	some kinds in data.inventory.cluster
	some name, role in kinds.ClusterRole
	role.aggregationRule
} | {"admin", "edit", "view"}

selectors(name) := [selector |
	some kinds in data.inventory.cluster
	some selector in lib.list_of(kinds.ClusterRole[name].aggregationRule.clusterRoleSelectors)
] if {
	in_inventory(name)
}

selectors(name) := [{"matchLabels": {sprintf("rbac.authorization.k8s.io/aggregate-to-%s", [name]): "true"}} |
	name in {"admin", "edit", "view"}
] if {
	not in_inventory(name)
}

known(binding) if is_array(rules(binding))

grants(rule, groups, resources, verbs) if {
	some group in lib.list_of(rule.apiGroups)
	group in groups
	some resource in lib.list_of(rule.resources)
	resource in resources
	some verb in lib.list_of(rule.verbs)
	verb in verbs
}

# Who gets the role. That members of system:masters have every right is how Kubernetes is built: nobody can
# take that away by changing a binding.
subjects(binding) := [text |
	some subject in lib.list_of(binding.subjects)
	not masters(subject)
	text := sprintf("%s %s", [object.get(subject, "kind", "?"), subject_name(subject)])
]

masters(subject) if {
	subject.kind == "Group"
	subject.name == "system:masters"
}

subject_name(subject) := sprintf("%s/%s", [subject.namespace, subject.name]) if {
	object.get(subject, "namespace", "") != ""
} else := object.get(subject, "name", "?")

reach(binding) := sprintf("in namespace %s", [lib.namespace(binding)]) if binding.kind == "RoleBinding"

reach(binding) := "in every namespace" if binding.kind == "ClusterRoleBinding"

needs(binding) := sprintf("needs the %s %s in the inventory", [binding.roleRef.kind, binding.roleRef.name])

answer(binding, what) := {
	"msg": sprintf("%s lets %s %s %s", [lib.title(binding), concat(", ", subjects(binding)), what, reach(binding)]),
	"failed_paths": ["roleRef.name"],
	"evidence": {"role": sprintf("%s %s", [binding.roleRef.kind, binding.roleRef.name])},
}

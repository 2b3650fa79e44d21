# What the role of a binding allows, aggregated roles and the built-in ones included.
package nsa.rbac

import data.nsa.lib

everything := [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]

# Every cluster has these; `admin` and `edit` may execute commands in pods.
builtin := {
	"cluster-admin": everything,
	"admin": [{"apiGroups": [""], "resources": ["pods/exec", "pods/attach"], "verbs": ["get", "create"]}],
	"edit": [{"apiGroups": [""], "resources": ["pods/exec", "pods/attach"], "verbs": ["get", "create"]}],
	"view": [],
}

found(binding) := [role |
	some role in data.inventory.objects
	role.kind == binding.roleRef.kind
	lib.name(role) == binding.roleRef.name
	in_reach(role, binding)
]

in_reach(role, _) if role.kind == "ClusterRole"

in_reach(role, binding) if {
	role.kind == "Role"
	lib.namespace(role) == lib.namespace(binding)
}

# The rules of the binding's role; undefined when the role is not in the inventory and not built in.
rules(binding) := [rule |
	some role in found(binding)
	some rule in array.concat(lib.list_of(object.get(role, "rules", [])), aggregated(role))
] if {
	count(found(binding)) > 0
}

rules(binding) := builtin[binding.roleRef.name] if {
	count(found(binding)) == 0
	binding.roleRef.kind == "ClusterRole"
}

aggregated(role) := [rule |
	some selector in lib.list_of(object.get(lib.object_of(object.get(role, "aggregationRule", {})), "clusterRoleSelectors", []))
	some other in data.inventory.objects
	other.kind == "ClusterRole"
	lib.selects(selector, lib.labels(object.get(other, "metadata", {})))
	some rule in lib.list_of(object.get(other, "rules", []))
]

known(binding) if is_array(rules(binding))

covers(list, wanted) if {
	some item in lib.list_of(list)
	item in wanted
}

subjects(binding) := concat(", ", [text |
	some subject in lib.list_of(object.get(binding, "subjects", []))
	text := sprintf("%s %s", [object.get(subject, "kind", "?"), object.get(subject, "name", "?")])
])

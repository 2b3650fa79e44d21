# Calico's policies: their selectors are expressions. Read are the usual ones, terms joined by `&&`.
package nsa.calico

import data.nsa.lib

owns(policy) if contains(object.get(policy, "apiVersion", ""), "projectcalico.org/")

policies(target, direction) := [{"title": lib.title(policy), "wide": wide} |
	some policy in candidates(target)
	spec := lib.part(policy, "spec")
	direction in directions(spec)
	selects(spec, target) == true
	wide := allows_everything(lib.list_of(object.get(spec, lower(direction), [])))
]

candidates(target) := array.concat(
	[policy | some policy in lib.namespaced(target.namespace, "NetworkPolicy"); owns(policy)],
	lib.cluster_wide("GlobalNetworkPolicy"),
)

unreadable(target) := [lib.title(policy) |
	some policy in candidates(target)
	not readable(policy.spec)
]

directions(spec) := {type | some type in spec.types} if count(lib.list_of(object.get(spec, "types", []))) > 0

directions(spec) := {"Egress"} if {
	count(lib.list_of(object.get(spec, "types", []))) == 0
	count(lib.list_of(object.get(spec, "egress", []))) > 0
	count(lib.list_of(object.get(spec, "ingress", []))) == 0
}

directions(spec) := {"Ingress"} | {"Egress" | count(lib.list_of(object.get(spec, "egress", []))) > 0} if {
	count(lib.list_of(object.get(spec, "types", []))) == 0
	not egress_only(spec)
}

egress_only(spec) if {
	count(lib.list_of(object.get(spec, "egress", []))) > 0
	count(lib.list_of(object.get(spec, "ingress", []))) == 0
}

allows_everything(rules) if {
	some rule in rules
	rule.action == "Allow"
	count(object.keys(rule) - {"action", "metadata"}) == 0
} else := false

selects(spec, target) if {
	readable(spec)
	matches(object.get(spec, "selector", ""), target.labels)
	matches(object.get(spec, "namespaceSelector", ""), of_namespace(target.namespace))
}

readable(spec) if {
	object.get(spec, "serviceAccountSelector", "") == ""
	every field in ["selector", "namespaceSelector"] {
		every term in terms(object.get(spec, field, "")) {
			regex.match(pattern, term)
		}
	}
}

pattern := `^(all\(\)|!?\s*has\([^()]+\)|[^\s=!&|()]+\s*(==|!=)\s*('[^']*'|"[^"]*")|[^\s=!&|()]+\s+(not\s+)?in\s*\{[^{}]*\})$`

terms(expression) := [term |
	some part in split(expression, "&&")
	term := trim_space(part)
	term != ""
]

matches(expression, labels) if {
	every term in terms(expression) {
		holds(term, labels)
	}
}

holds(term, _) if term == "all()"

holds(term, labels) if {
	startswith(term, "has(")
	object.get(labels, inside(term, "(", ")"), null) != null
}

holds(term, labels) if {
	regex.match(`^!\s*has\(`, term)
	object.get(labels, inside(term, "(", ")"), null) == null
}

holds(term, labels) if {
	sides := split(term, "==")
	count(sides) == 2
	object.get(labels, trim_space(sides[0]), null) == trim(trim_space(sides[1]), `'"`)
}

holds(term, labels) if {
	sides := split(term, "!=")
	count(sides) == 2
	object.get(labels, trim_space(sides[0]), null) != trim(trim_space(sides[1]), `'"`)
}

holds(term, labels) if {
	regex.match(`^[^\s=!]+\s+in\s*\{`, term)
	object.get(labels, split(term, " ")[0], null) in listed(term)
}

holds(term, labels) if {
	regex.match(`^[^\s=!]+\s+not\s+in\s*\{`, term)
	value := object.get(labels, split(term, " ")[0], null)
	every member in listed(term) {
		member != value
	}
}

listed(term) := [trim(trim_space(member), `'"`) | some member in split(inside(term, "{", "}"), ",")]

inside(term, from, to) := trim_space(substring(term, start, indexof(term, to) - start)) if start := indexof(term, from) + 1

of_namespace(name) := object.union(labels, {"projectcalico.org/name": name, "kubernetes.io/metadata.name": name}) if {
	labels := lib.labels(object.get(namespace(name), "metadata", {}))
}

namespace(name) := object.get(data.inventory.cluster.v1.Namespace, name, {}) if {
	data.inventory.cluster.v1.Namespace
} else := {}

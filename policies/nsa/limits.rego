# Which containers nothing limits: themselves, their pod, or a default of their namespace.
package nsa.limits

import data.nsa.lib

# Ephemeral containers cannot have limits.
unlimited(pod, resource) := [entry |
	not is_limited(pod.spec, resource)
	some entry in lib.containers(pod)
	entry.list != "ephemeralContainers"
	not is_limited(entry.container, resource)
	not by_default(resource)
]

# A limit of the whole pod binds each of its containers. A limit of zero is none.
is_limited(holder, resource) if {
	limit := object.get(holder, ["resources", "limits", resource], null)
	limit != null
	not regex.match(`^0*(\.0*)?[A-Za-z]*$`, sprintf("%v", [limit]))
}

# A LimitRange gives a container that says nothing the default, or else the maximum.
by_default(resource) if {
	some range in lib.namespaced(lib.namespace(input), "LimitRange")
	some limit in lib.list_of(range.spec.limits)
	limit.type == "Container"
	some field in ["default", "max"]
	limit[field][resource]
}

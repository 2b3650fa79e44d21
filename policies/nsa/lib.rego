# What the rules share: pods of every workload, containers of every list, namespaces, selectors, roles.
package nsa.lib

templated := {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"}

# The pod that an object is or makes: its spec, its metadata, and the path that leads to the spec.
pod(object_) := {"spec": object_.spec, "metadata": object.get(object_, "metadata", {}), "path": "spec"} if {
	object_.kind == "Pod"
	is_object(object_.spec)
}

pod(object_) := from_template(object_.spec.template, "spec.template") if object_.kind in templated

pod(object_) := from_template(object_.spec.jobTemplate.spec.template, "spec.jobTemplate.spec.template") if object_.kind == "CronJob"

pod(object_) := from_template(object_.template, "template") if object_.kind == "PodTemplate"

from_template(template, path) := {
	"spec": template.spec,
	"metadata": object.get(template, "metadata", {}),
	"path": sprintf("%s.spec", [path]),
} if {
	is_object(template.spec)
}

# Every container of every list, with its path.
containers(pod_) := [entry |
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in list_of(object.get(pod_.spec, list, []))
	is_object(container)
	entry := {
		"name": object.get(container, "name", sprintf("%s[%d]", [list, i])),
		"container": container,
		"list": list,
		"path": sprintf("%s.%s[%d]", [pod_.path, list, i]),
	}
]

list_of(value) := value if is_array(value)

list_of(value) := [] if not is_array(value)

object_of(value) := value if is_object(value)

object_of(value) := {} if not is_object(value)

# A field of the container's security context, or of the pod's when the container has none.
setting(pod_, entry, field) := value if {
	value := object.get(object_of(object.get(entry.container, "securityContext", {})), field, null)
	value != null
}

setting(pod_, entry, field) := value if {
	object.get(object_of(object.get(entry.container, "securityContext", {})), field, null) == null
	value := object.get(object_of(object.get(pod_.spec, "securityContext", {})), field, null)
}

# A field of the container's own security context; null when it is not there.
own_setting(entry, field) := object.get(object_of(object.get(entry.container, "securityContext", {})), field, null)

# Linux settings mean nothing to Windows.
linux(pod_) if object.get(object_of(object.get(pod_.spec, "os", {})), "name", "linux") != "windows"

# Capabilities as the kernel names them, whatever case and prefix the manifest uses.
added_capabilities(entry) := {name |
	capabilities := object_of(own_setting(entry, "capabilities"))
	some added in list_of(object.get(capabilities, "add", []))
	is_string(added)
	name := trim_prefix(upper(added), "CAP_")
}

title(object_) := sprintf("%s %s", [object_.kind, name(object_)])

name(object_) := value if {
	metadata := object_of(object.get(object_, "metadata", {}))
	value := object.get(metadata, "name", object.get(metadata, "generateName", "without a name"))
}

namespace(object_) := value if {
	metadata := object_of(object.get(object_, "metadata", {}))
	value := object.get(metadata, "namespace", "default")
}

identity(object_) := {
	"apiVersion": object.get(object_, "apiVersion", ""),
	"kind": object_.kind,
	"namespace": object.get(object_of(object.get(object_, "metadata", {})), "namespace", ""),
	"name": name(object_),
}

labels(metadata) := object_of(object.get(object_of(metadata), "labels", {}))

# Label selectors: an empty one selects everything.
selects(selector, labels_) if {
	every key, value in object_of(object.get(object_of(selector), "matchLabels", {})) {
		object.get(labels_, key, null) == value
	}
	every expression in list_of(object.get(object_of(selector), "matchExpressions", [])) {
		expression_holds(expression, labels_)
	}
}

expression_holds(expression, labels_) if {
	expression.operator == "In"
	object.get(labels_, expression.key, null) in list_of(object.get(expression, "values", []))
}

expression_holds(expression, labels_) if {
	expression.operator == "NotIn"
	value := object.get(labels_, expression.key, null)
	count([v | some v in list_of(object.get(expression, "values", [])); v == value]) == 0
}

expression_holds(expression, labels_) if {
	expression.operator == "Exists"
	object.get(labels_, expression.key, null) != null
}

expression_holds(expression, labels_) if {
	expression.operator == "DoesNotExist"
	object.get(labels_, expression.key, null) == null
}

# A version as numbers, so that 1.9 is less than 1.19; [] when the text holds none.
version(text) := [to_number(part) |
	some part in split(object.get(regex.find_n(`[0-9]+(\.[0-9]+)*`, text, 1), 0, ""), ".")
	part != ""
]

# An image reference: the part in front of tag and digest, and the tag.
image(reference) := {"name": name_, "tag": tag} if {
	whole := split(reference, "@")[0]
	parts := split(whole, "/")
	last := split(parts[count(parts) - 1], ":")
	name_ := concat("/", array.concat(array.slice(parts, 0, count(parts) - 1), [last[0]]))
	tag := object.get(last, 1, "")
}

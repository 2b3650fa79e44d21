# What the rules share: pods of every workload, containers of every list, objects of a namespace, selectors,
# versions, images and command lines.
package nsa.lib

templated := {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"}

# The pod that an object is or makes: its spec, its metadata, and the path that leads to the spec.
pod(object_) := {"spec": object_.spec, "metadata": object_of(object.get(object_, "metadata", {})), "path": "spec"} if {
	object_.kind == "Pod"
	is_object(object_.spec)
}

pod(object_) := from_template(object_.spec.template, "spec.template") if object_.kind in templated

pod(object_) := from_template(object_.spec.jobTemplate.spec.template, "spec.jobTemplate.spec.template") if object_.kind == "CronJob"

pod(object_) := from_template(object_.template, "template") if object_.kind == "PodTemplate"

from_template(template, path) := {
	"spec": template.spec,
	"metadata": object_of(object.get(template, "metadata", {})),
	"path": sprintf("%s.spec", [path]),
} if {
	is_object(template.spec)
}

# Every container of every list, with its path.
containers(pod_) := [entry |
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in list_of(pod_.spec[list])
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

# An element of an array, where there may be fewer.
at(list, i, otherwise) := list[i] if {
	i < count(list)
} else := otherwise

object_of(value) := value if is_object(value)

object_of(value) := {} if not is_object(value)

# An object below an object, empty when it is missing or something else.
part(holder, field) := object_of(object.get(object_of(holder), field, null))

# A field of the container's security context, or of the pod's when the container has none.
setting(pod_, entry, field) := value if {
	value := own_setting(entry, field)
	value != null
}

setting(pod_, entry, field) := value if {
	own_setting(entry, field) == null
	value := object.get(pod_.spec, ["securityContext", field], null)
}

# The path of that field: where it is written, or where it belongs.
setting_path(pod_, entry, field) := sprintf("%s.securityContext.%s", [pod_.path, field]) if {
	own_setting(entry, field) == null
	object.get(pod_.spec, ["securityContext", field], null) != null
} else := sprintf("%s.securityContext.%s", [entry.path, field])

# A field of the container's own security context; null when it is not there.
own_setting(entry, field) := object.get(entry.container, ["securityContext", field], null)

windows(pod_) if pod_.spec.os.name == "windows"

# Most settings of a security context mean nothing to Windows.
linux(pod_) if not windows(pod_)

# Capabilities as the kernel names them, whatever case and prefix the manifest uses, with their place.
added_capabilities(entry) := [{"name": trim_prefix(upper(added), "CAP_"), "path": path} |
	some i, added in list_of(entry.container.securityContext.capabilities.add)
	is_string(added)
	path := sprintf("%s.securityContext.capabilities.add[%d]", [entry.path, i])
]

title(object_) := sprintf("%s %s", [object_.kind, name(object_)])

name(object_) := value if {
	metadata := part(object_, "metadata")
	value := object.get(metadata, "name", object.get(metadata, "generateName", "without a name"))
}

namespace(object_) := namespace_of(object.get(object_, ["metadata", "namespace"], null))

namespace_of(written) := "default" if written in {null, ""}

namespace_of(written) := written if not written in {null, ""}

labels(metadata) := part(metadata, "labels")

annotations(metadata) := part(metadata, "annotations")

# The objects of a kind in a namespace; a look-up, where a search through every object would cost each rule
# as much as the scan is large.
namespaced(namespace_, kind) := [object_ |
	some kinds in data.inventory.namespace[namespace_]
	some object_ in kinds[kind]
]

# The objects of a kind without a namespace. Kinds that only a cluster's extensions know are filed under
# `default`, as nothing tells that they have none.
cluster_wide(kind) := array.concat(
	[object_ | some kinds in data.inventory.cluster; some object_ in kinds[kind]],
	namespaced("default", kind),
)

# Label selectors: an empty one selects everything.
selects(selector, labels_) if {
	every key, value in part(selector, "matchLabels") {
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

# A key that is missing is in no list.
expression_holds(expression, labels_) if {
	expression.operator == "NotIn"
	value := object.get(labels_, expression.key, null)
	every listed in list_of(object.get(expression, "values", [])) {
		listed != value
	}
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
version(text) := [to_number(number) |
	some number in split(at(regex.find_n(`[0-9]+(\.[0-9]+)*`, text, 1), 0, ""), ".")
	number != ""
]

# An image reference: the part in front of tag and digest, and the tag.
image(reference) := {"name": name_, "tag": tag} if {
	whole := split(reference, "@")[0]
	parts := split(whole, "/")
	last := split(parts[count(parts) - 1], ":")
	name_ := concat("/", array.concat(array.slice(parts, 0, count(parts) - 1), [last[0]]))
	tag := at(last, 1, "")
}

# The words of a command line, also of one that is handed to a shell as one text.
words(line) := [word |
	some text in line
	is_string(text)
	some piece in regex.split(`[\s\x00]+`, text)
	word := trim(piece, "\"'")
	word != ""
]

# Flags are written `--name=value` or as two words. A list, as a flag may be given twice.
flags(words_) := [{"name": replace(parts.name, "_", "-"), "value": parts.value} |
	some i, word in words_
	startswith(word, "--")
	parts := flag_parts(words_, i, word)
]

flag_parts(_, _, word) := {"name": substring(word, 2, at - 2), "value": substring(word, at + 1, -1)} if {
	at := indexof(word, "=")
	at > 0
}

flag_parts(words_, i, word) := {"name": substring(word, 2, -1), "value": following(words_, i)} if indexof(word, "=") < 0

following(words_, i) := next if {
	next := at(words_, i + 1, "--")
	not startswith(next, "--")
} else := "true"

# The last one wins, as with the programs themselves.
flag(flags_, name_, otherwise) := values[count(values) - 1] if {
	values := [given.value | some given in flags_; given.name == name_]
	count(values) > 0
} else := otherwise

switched_on(value) if not lower(value) in {"false", "f", "0"}

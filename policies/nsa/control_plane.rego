# API servers and the flags they are started with.
package nsa.control_plane

import data.nsa.lib

# The API servers that an object is or makes.
of(object_) := [server |
	some i, container in containers_of(object_)
	words := lib.words(line(container))
	is_api_server(container, words)
	pod := lib.pod(object_)
	server := {
		"path": sprintf("%s.containers[%d]", [pod.path, i]),
		"container": container,
		"flags": lib.flags(words),
		"version": lib.version(lib.image(object.get(container, "image", "")).tag),
	}
]

# The scan as a whole cannot be judged when there is none in it.
missing if {
	input.kind == "Inventory"
	count([object_ |
		some object_ in data.inventory.objects
		spec_paths[object_.kind]
		count(of(object_)) > 0
	]) == 0
}

# Only those that speak of an API server at all: a scan has thousands.
containers_of(object_) := {i: container |
	some i, container in lib.list_of(object.get(object_, spec_paths[object_.kind], null))
	speaks(container)
}

speaks(container) if contains(concat(" ", container.command), "apiserver")

speaks(container) if contains(container.image, "apiserver")

speaks(container) if contains(concat(" ", container.args), "apiserver")

# Where a cluster hosts the control planes of others, API servers are Deployments.
spec_paths := {
	"Pod": ["spec", "containers"],
	"Deployment": templated,
	"StatefulSet": templated,
	"ReplicaSet": templated,
	"DaemonSet": templated,
}

templated := ["spec", "template", "spec", "containers"]

line(container) := array.concat(lib.list_of(object.get(container, "command", [])), lib.list_of(object.get(container, "args", [])))

is_api_server(_, words) if is_program(lib.at(words, 0, ""))

# A shell or hyperkube starts it.
is_api_server(_, words) if {
	some word in words
	is_program(word)
	some flag in words
	startswith(flag, "--etcd-servers")
}

is_api_server(container, _) if regex.match(`(^|/)kube-apiserver(-(amd64|arm64|arm|ppc64le|s390x))?$`, lib.image(object.get(container, "image", "")).name)

is_program(word) if regex.match(`^(/([^/]+/)*)?(kube-apiserver|apiserver)$`, word)

# Where its words stand, for a message that points at them.
argument_path(server, flag) := paths[0] if {
	paths := [sprintf("%s.%s[%d]", [server.path, field, i]) |
		some field in ["command", "args"]
		some i, text in lib.list_of(server.container[field])
		contains(replace(text, "_", "-"), sprintf("--%s", [flag]))
	]
	count(paths) > 0
} else := sprintf("%s.command", [server.path]) if {
	server.container.command
} else := sprintf("%s.args", [server.path])

answer(server, what, flag) := {
	"msg": sprintf("%s %s", [lib.title(input), what]),
	"container": object.get(server.container, "name", "kube-apiserver"),
	"failed_paths": [argument_path(server, flag)],
}

needs := "needs the kube-apiserver Pod of the control plane in the inventory"

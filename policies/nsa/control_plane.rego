# The API server's pods of the inventory and the flags they are started with.
package nsa.control_plane

import data.nsa.lib

# Command and args are one command line.
api_servers := [server |
	some object_ in data.inventory.objects
	object_.kind == "Pod"
	some entry in lib.containers(lib.pod(object_))
	line := array.concat(lib.list_of(object.get(entry.container, "command", [])), lib.list_of(object.get(entry.container, "args", [])))
	some word in line
	is_string(word)
	endswith(word, "kube-apiserver")
	server := {"object": object_, "path": entry.path, "flags": flags(line)}
]

# Flags are written `--name=value` or as two words.
flags(line) := object.union(
	{name: value |
		some word in line
		is_string(word)
		startswith(word, "--")
		contains(word, "=")
		at := indexof(word, "=")
		name := substring(word, 2, at - 2)
		value := substring(word, at + 1, -1)
	},
	{name: value |
		some i, word in line
		is_string(word)
		startswith(word, "--")
		not contains(word, "=")
		name := substring(word, 2, -1)
		value := following(line, i)
	},
)

following(line, i) := next if {
	next := object.get(line, i + 1, "--")
	is_string(next)
	not startswith(next, "--")
}

following(line, i) := "true" if {
	next := object.get(line, i + 1, "--")
	startswith(next, "--")
}

needs := "needs the kube-apiserver Pod of the control plane in the inventory"

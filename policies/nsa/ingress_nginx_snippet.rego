package nsa.ingress_nginx_snippet

import data.nsa.ingress_nginx
import data.nsa.lib

# CVE-2021-25742: up to 0.49.0 and in 1.0.0 snippets cannot be switched off; later they are on unless the
# controller's ConfigMap says otherwise, and from 1.9.0 on they are off unless it does.
deny contains result if {
	some found in ingress_nginx.controllers(input)
	count(found.version) > 0
	reason := weakness(found)
	result := {
		"msg": sprintf("container %s of %s runs ingress-nginx %s, where whoever writes an Ingress can read every Secret: %s (CVE-2021-25742)", [found.entry.name, lib.title(input), found.says, reason]),
		"container": found.entry.name,
		"failed_paths": [sprintf("%s.image", [found.entry.path])],
		"evidence": {"version": found.says},
	}
}

skip contains {"msg": sprintf("needs the version of %s: the image has no tag that names one", [found.entry.container.image])} if {
	some found in ingress_nginx.controllers(input)
	count(found.version) == 0
}

weakness(found) := "snippet annotations cannot be switched off" if broken(found.version)

weakness(found) := "snippet annotations are on" if {
	not broken(found.version)
	switch(found) == "true"
}

broken(version) if version <= [0, 49, 0]

broken(version) if version == [1, 0, 0]

broken(version) if version == [1, 0]

switch(found) := lower(settings[0]) if {
	settings := [setting |
		some map in configs(found.entry)
		setting := map.data["allow-snippet-annotations"]
	]
	count(settings) > 0
} else := "true" if {
	found.version < [1, 9, 0]
} else := "false"

# The ConfigMap that the controller is told to read, or else any of its namespace.
configs(entry) := [map |
	some map in lib.namespaced(lib.namespace(input), "ConfigMap")
	wanted := lib.flag(lib.flags(words(entry.container)), "configmap", "/")
	name := split(wanted, "/")[1]
	name in {"", map.metadata.name}
]

words(container) := lib.words(array.concat(lib.list_of(object.get(container, "command", [])), lib.list_of(object.get(container, "args", []))))

package nsa.ingress_nginx_snippet

import data.nsa.ingress_nginx
import data.nsa.lib

# CVE-2021-25742: until 0.49.0 and in 1.0.0 snippets cannot be switched off; later they are off only when a
# ConfigMap says so.
deny contains result if {
	some found in ingress_nginx.controllers(input)
	reason := weakness(lib.version(found.image.tag))
	result := {
		"msg": sprintf("container %s of %s runs ingress-nginx %s, %s (CVE-2021-25742)", [found.entry.name, lib.title(input), found.image.tag, reason]),
		"container": found.entry.name,
		"failed_paths": [sprintf("%s.image", [found.entry.path])],
	}
}

weakness(version) := "where anybody who writes an Ingress reads every Secret" if {
	count(version) > 0
	version <= [0, 49, 0]
}

weakness(version) := "where anybody who writes an Ingress reads every Secret" if version == [1, 0, 0]

weakness(version) := "where snippet annotations are on" if {
	version > [0, 49, 0]
	version < [1, 9, 0]
	version != [1, 0, 0]
	not switched_off
}

switched_off if {
	some map in data.inventory.objects
	map.kind == "ConfigMap"
	lib.namespace(map) == lib.namespace(input)
	object.get(lib.object_of(object.get(map, "data", {})), "allow-snippet-annotations", "") == "false"
}

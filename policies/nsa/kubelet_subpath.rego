package nsa.kubelet_subpath

import data.nsa.lib

nodes := [object_ | some object_ in data.inventory.objects; object_.kind == "Node"]

using := [{"object": object_, "path": path} |
	some object_ in data.inventory.objects
	some entry in lib.containers(lib.pod(object_))
	some i, mount in lib.list_of(object.get(entry.container, "volumeMounts", []))
	some field in ["subPath", "subPathExpr"]
	object.get(mount, field, "") != ""
	path := sprintf("%s.volumeMounts[%d].%s", [entry.path, i, field])
]

# CVE-2021-25741: fixed in 1.19.15, 1.20.11, 1.21.5 and 1.22.2.
vulnerable(version) if {
	count(version) > 0
	version < [1, 19, 15]
}

vulnerable(version) if {
	some minor, fixed in {20: 11, 21: 5, 22: 2}
	version >= [1, minor]
	version < [1, minor, fixed]
}

deny contains result if {
	old := [lib.name(node) | some node in nodes; vulnerable(lib.version(node.status.nodeInfo.kubeletVersion))]
	count(old) > 0
	some use in using
	result := {
		"msg": sprintf("%s mounts a subPath, and node %s has a kubelet that follows links in it to the host (CVE-2021-25741)", [lib.title(use.object), old[0]]),
		"object": lib.identity(use.object),
		"failed_paths": [use.path],
	}
}

skip contains {"msg": "needs the Node objects of the cluster in the inventory, for the kubelets' versions"} if count(nodes) == 0

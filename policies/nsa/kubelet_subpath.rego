package nsa.kubelet_subpath

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	some entry in lib.containers(pod)
	paths := mounts(entry)
	count(paths) > 0
	old := [node | some node in nodes(pod); vulnerable(lib.version(node.status.nodeInfo.kubeletVersion))]
	count(old) > 0
	result := {
		"msg": sprintf("container %s of %s mounts a subPath, and the kubelet of node %s follows links in it to the host (CVE-2021-25741)", [entry.name, lib.title(input), lib.name(old[0])]),
		"container": entry.name,
		"failed_paths": paths,
		"evidence": {"node": lib.name(old[0]), "kubelet": old[0].status.nodeInfo.kubeletVersion},
	}
}

skip contains {"msg": "needs the Node objects of the cluster in the inventory, for the versions of the kubelets"} if {
	pod := lib.pod(input)
	some entry in lib.containers(pod)
	count(mounts(entry)) > 0
	count(nodes(pod)) == 0
}

mounts(entry) := [path |
	some i, mount in lib.list_of(entry.container.volumeMounts)
	some field in ["subPath", "subPathExpr"]
	mount[field] != ""
	path := sprintf("%s.volumeMounts[%d].%s", [entry.path, i, field])
]

# A pod that is bound to a node meets only that node's kubelet.
nodes(pod) := [node |
	some kinds in data.inventory.cluster
	some name, node in kinds.Node
	object.get(pod.spec, "nodeName", name) == name
]

# Fixed in 1.19.15, 1.20.11, 1.21.5 and 1.22.2.
vulnerable(version) if {
	count(version) > 0
	version < [1, 19, 15]
}

vulnerable(version) if {
	some minor, fixed in {20: 11, 21: 5, 22: 2}
	version >= [1, minor]
	version < [1, minor, fixed]
}

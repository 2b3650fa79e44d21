# What the inventory says about kubelets: their configuration files, and what a host agent collected.
package nsa.kubelet

import data.nsa.lib

configurations := array.concat(
	[{"object": object_, "config": object_, "line": ""} |
		some object_ in data.inventory.objects
		object_.kind == "KubeletConfiguration"
	],
	[{"object": object_, "config": file(object_), "line": object.get(lib.object_of(object.get(object_, "data", {})), "cmdLine", "")} |
		some object_ in data.inventory.objects
		object_.kind == "KubeletInfo"
	],
)

file(object_) := config if {
	encoded := object.get(lib.object_of(object.get(lib.object_of(object.get(object_, "data", {})), "configFile", {})), "content", "")
	base64.is_valid(encoded)
	config := lib.object_of(yaml.unmarshal(base64.decode(encoded)))
} else := {}

authentication(kubelet, method) := lib.object_of(object.get(lib.object_of(object.get(kubelet.config, "authentication", {})), method, {}))

needs := "needs a KubeletConfiguration (or KubeletInfo) of each node in the inventory"

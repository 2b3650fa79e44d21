# What an object says about a kubelet: its configuration, or what a host agent collected.
package nsa.kubelet

import data.nsa.lib

# The kubelet that an object describes.
of(object_) := {"config": object_, "known": true, "flags": [], "at": "authentication"} if object_.kind == "KubeletConfiguration"

of(object_) := {"config": config, "known": is_known(config, flags), "flags": flags, "at": "data.configFile.content"} if {
	object_.kind == "KubeletInfo"
	flags := lib.flags(lib.words([object.get(object_, ["data", "cmdLine"], "")]))
	config := decoded(object.get(object_, ["data", "configFile", "content"], ""))
}

# kubeadm keeps the configuration of all kubelets in one place.
of(object_) := {"config": config, "known": true, "flags": [], "at": "data.kubelet"} if {
	object_.kind == "ConfigMap"
	lib.namespace(object_) == "kube-system"
	startswith(object_.metadata.name, "kubelet-config")
	config := yaml.unmarshal(object_.data.kubelet)
	is_object(config)
}

# The scan as a whole cannot be judged when there is none in it.
missing if {
	input.kind == "Inventory"
	count([object_ |
		some object_ in data.inventory.objects
		object_.kind in {"KubeletConfiguration", "KubeletInfo", "ConfigMap"}
		of(object_)
	]) == 0
}

decoded(text) := config if {
	base64.is_valid(text)
	config := yaml.unmarshal(base64.decode(text))
	is_object(config)
} else := {}

# Without a file the flags and their defaults are everything.
is_known(config, flags) if {
	count(config) == 0
	lib.flag(flags, "config", "") == ""
} else := count(config) > 0

authentication(kubelet, method) := lib.part(lib.part(kubelet.config, "authentication"), method)

# The defaults of a file are not the defaults of the flags.
has_file(kubelet) if count(kubelet.config) > 0

needs := "needs a KubeletConfiguration (or KubeletInfo) of each node in the inventory"

needs_file := "needs the configuration file that the kubelet is started with"

# What the inventory says about kubelets: their configuration, and what a host agent collected.
package nsa.kubelet

import data.nsa.lib

kubelets := array.concat(array.concat(files, collected), of_kubeadm)

files := [{"object": object_, "config": object_, "known": true, "flags": [], "at": "authentication"} |
	some object_ in data.inventory.objects
	object_.kind == "KubeletConfiguration"
]

collected := [{"object": object_, "config": config, "known": known, "flags": flags, "at": "data.configFile.content"} |
	some object_ in data.inventory.objects
	object_.kind == "KubeletInfo"
	flags := lib.flags(lib.words([object.get(lib.part(object_, "data"), "cmdLine", "")]))
	text := object.get(lib.part(lib.part(object_, "data"), "configFile"), "content", "")
	config := decoded(text)
	known := is_known(config, flags)
]

# kubeadm keeps the configuration of all kubelets in one place.
of_kubeadm := [{"object": object_, "config": config, "known": true, "flags": [], "at": "data.kubelet"} |
	some object_ in lib.namespaced("kube-system", "ConfigMap")
	startswith(object_.metadata.name, "kubelet-config")
	config := yaml.unmarshal(object_.data.kubelet)
	is_object(config)
]

decoded(text) := config if {
	base64.is_valid(text)
	config := yaml.unmarshal(base64.decode(text))
	is_object(config)
} else := {}

# Without a file the flags and their defaults are everything.
is_known(config, _) if count(config) > 0

is_known(config, flags) := lib.flag(flags, "config", "") == "" if count(config) == 0

authentication(kubelet, method) := lib.part(lib.part(kubelet.config, "authentication"), method)

# The defaults of a file are not the defaults of the flags.
has_file(kubelet) if count(kubelet.config) > 0

needs(unknown) := "needs a KubeletConfiguration (or KubeletInfo) of each node in the inventory" if count(kubelets) == 0

needs(unknown) := sprintf("needs the configuration file of %s in the inventory", [concat(", ", unknown)]) if {
	count(kubelets) > 0
	count(unknown) > 0
}

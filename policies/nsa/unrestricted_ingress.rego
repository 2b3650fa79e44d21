package nsa.unrestricted_ingress

import data.nsa.lib
import data.nsa.network

deny contains result if {
	pod := lib.pod(input)
	unreadable := network.unreadable(input, pod)
	count(unreadable) == 0
	reason := network.open(input, pod, "Ingress")
	result := {
		"msg": sprintf("nothing restricts the ingress of %s: %s", [lib.title(input), reason]),
		"failed_paths": [trim_suffix(trim_suffix(pod.path, "spec"), ".")],
	}
}

skip contains {"msg": sprintf("needs somebody to read the selector of %s", [concat(", ", unreadable)])} if {
	pod := lib.pod(input)
	unreadable := network.unreadable(input, pod)
	count(unreadable) > 0
}

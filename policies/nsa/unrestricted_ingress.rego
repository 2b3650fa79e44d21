package nsa.unrestricted_ingress

import data.nsa.lib
import data.nsa.network

deny contains result if {
	pod := lib.pod(input)
	not network.isolated(lib.namespace(input), lib.labels(pod.metadata), "Ingress")
	result := {
		"msg": sprintf("no network policy restricts the ingress of %s", [lib.title(input)]),
		"failed_paths": [trim_suffix(pod.path, ".spec")],
	}
}

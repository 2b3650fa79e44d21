package nsa.unrestricted_egress

import data.nsa.lib
import data.nsa.network

deny contains result if {
	pod := lib.pod(input)
	not network.isolated(lib.namespace(input), lib.labels(pod.metadata), "Egress")
	result := {
		"msg": sprintf("no network policy restricts the egress of %s", [lib.title(input)]),
		"failed_paths": [trim_suffix(pod.path, ".spec")],
	}
}

package nsa.cpu_limits

import data.nsa.lib
import data.nsa.limits

deny contains result if {
	some entry in limits.unlimited(lib.pod(input), "cpu")
	result := {
		"msg": sprintf("container %s of %s has no cpu limit", [entry.name, lib.title(input)]),
		"container": entry.name,
		"failed_paths": [sprintf("%s.resources.limits.cpu", [entry.path])],
	}
}

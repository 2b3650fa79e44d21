package nsa.credentials_in_env

import data.nsa.lib
import data.nsa.sensitive

# `valueFrom` and `envFrom` refer to where a credential belongs.
deny contains result if {
	pod := lib.pod(input)
	some entry in lib.containers(pod)
	found := [{"name": variable.name, "path": path, "value": sensitive.redacted(variable.value)} |
		some i, variable in lib.list_of(entry.container.env)
		is_string(variable.value)
		sensitive.telling(variable.name, variable.value)
		path := sprintf("%s.env[%d].value", [entry.path, i])
	]
	count(found) > 0
	names := concat(", ", [variable.name | some variable in found])
	result := {
		"msg": sprintf("container %s of %s has a credential in its environment: %s", [entry.name, lib.title(input), names]),
		"container": entry.name,
		"failed_paths": [variable.path | some variable in found],
		"evidence": {name: values[0] |
			some variable in found
			name := variable.name
			values := [other.value | some other in found; other.name == name]
		},
	}
}

package nsa.credentials_in_env

import data.nsa.lib
import data.nsa.sensitive

deny contains result if {
	pod := lib.pod(input)
	some entry in lib.containers(pod)
	some i, variable in lib.list_of(object.get(entry.container, "env", []))
	value := object.get(variable, "value", null)
	sensitive.literal(value)
	telling(variable.name, value)
	path := sprintf("%s.env[%d]", [entry.path, i])
	result := {
		"msg": sprintf("container %s of %s has a credential in the variable %s", [entry.name, lib.title(input), variable.name]),
		"container": entry.name,
		"failed_paths": [sprintf("%s.value", [path])],
		"evidence": {"value": sensitive.redacted(value)},
	}
}

telling(name, _) if sensitive.name_tells(name)

telling(_, value) if sensitive.value_tells(value)

package nsa.credentials_in_configmap

import data.nsa.lib
import data.nsa.sensitive

deny contains result if {
	some key, value in lib.object_of(object.get(input, "data", {}))
	sensitive.literal(value)
	telling(key, value)
	result := answer(sprintf("data[%q]", [key]), key, value)
}

deny contains result if {
	some key, value in lib.object_of(object.get(input, "binaryData", {}))
	sensitive.literal(value)
	sensitive.value_tells(value)
	result := answer(sprintf("binaryData[%q]", [key]), key, value)
}

answer(path, key, value) := {
	"msg": sprintf("%s has a credential under the key %s", [lib.title(input), key]),
	"failed_paths": [path],
	"evidence": {"value": sensitive.redacted(value)},
}

# A text of several lines is a file; its name says nothing about each of its lines.
telling(key, value) if {
	sensitive.name_tells(key)
	not contains(trim_space(value), "\n")
}

telling(_, value) if sensitive.value_tells(value)

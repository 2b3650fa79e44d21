package nsa.credentials_in_configmap

import data.nsa.lib
import data.nsa.sensitive

deny contains result if {
	some field in ["data", "binaryData"]
	some key, written in lib.object_of(input[field])
	is_string(written)
	evidence := judged(key, content(field, written))
	names := concat(", ", [name | some name, _ in evidence; name != key])
	result := {
		"msg": sprintf("%s has a credential under the key %s%s", [lib.title(input), key, within(names)]),
		"failed_paths": [sprintf("%s[%q]", [field, key])],
		"evidence": evidence,
	}
}

content("data", written) := written

content("binaryData", written) := base64.decode(written)

within("") := ""

within(names) := sprintf(" (%s)", [names]) if names != ""

# A text of several lines is a file: its name says nothing about what it holds, its lines do.
judged(key, value) := {key: sensitive.redacted(trim_space(value))} if {
	not is_file(value)
	sensitive.telling(key, value)
} else := found if {
	not is_code(key, value)
	found := lines(value)
	count(found) > 0
} else := {key: "***"} if {
	regex.match(sensitive.values, value)
} else := {key: "***"} if {
	regex.match(sensitive.values, sensitive.decoded(value))
}

is_file(value) if contains(trim_space(value), "\n")

lines(value) := sensitive.in_lines(sensitive.decoded(value))

lines(value) := sensitive.in_lines(value) if not is_base64(value)

is_base64(value) if sensitive.decoded(value)

# A program handles credentials by name; what it does with them is not for this rule to say.
is_code(key, value) if startswith(value, "#!")

is_code(key, _) if regex.match(`(?i)\.(bash|bat|c|cmd|cpp|crt|css|go|groovy|html?|java|jelly|js|kt|lua|md|php|pl|ps1|py|rb|rego|rs|scala|sh|sql|svg|tf|tmpl|tpl|template|ts|txt|xml|zsh)$`, key)

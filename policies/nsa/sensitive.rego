# What a credential looks like, by its name and by itself.
package nsa.sensitive

default_names := `(?i)(password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|credential|(^|[_.-])pwd([_.-]|$))`

# Names that speak of a credential and hold something else.
harmless_names := `(?i)([_.-](file|path|dir|name|namespace|url|uri|endpoint|ttl|timeout|length|size|policy|type|enabled|expiry|mount|ref|id)$)|(file|path)$`

default_values := [
	`-----BEGIN [A-Z ]*PRIVATE KEY`,
	`(^|[^A-Z0-9])(AKIA|ASIA)[0-9A-Z]{16}`,
	`eyJhbGciO[A-Za-z0-9_=-]+[.][A-Za-z0-9_=-]+`,
	`gh[pousr]_[A-Za-z0-9]{36}`,
	`xox[abprs]-[0-9A-Za-z-]{10,}`,
	`[a-z][a-z0-9+]*://[^/:@ ]+:[^/@ $]+@`,
]

names := object.get(data.settings, "sensitive_names", default_names)

values := object.get(data.settings, "sensitive_values", default_values)

name_tells(name) if {
	regex.match(names, name)
	not regex.match(harmless_names, name)
}

value_tells(value) if {
	some pattern in values
	regex.match(pattern, value)
}

# Base64 in front of the same eyes.
value_tells(value) if {
	count(value) >= 16
	regex.match(`^[A-Za-z0-9+/]+=*$`, value)
	base64.is_valid(value)
	decoded := base64.decode(value)
	some pattern in values
	regex.match(pattern, decoded)
}

# References, booleans, numbers and empty values are no credentials.
literal(value) if {
	is_string(value)
	trim_space(value) != ""
	not regex.match(`^(\$\(|\$\{|\{\{|<)`, value)
	not regex.match(`^(?i)(true|false|yes|no|null|none|[0-9]{1,3})$`, trim_space(value))
}

redacted(value) := sprintf("%s***", [substring(value, 0, min([4, count(value) - 1]))])

# What a credential looks like: by its name, by itself, and by what it is not.
package nsa.sensitive

default_names := [
	`passw(or)?d`,
	`passphrase`,
	`(^|[^a-z])pass$`,
	`(^|[^a-z])pwd`,
	`secret`,
	`token`,
	`credential`,
	`bearer`,
	`(^|[^a-z])jwt`,
	`(access|account|api|app|auth|client|encryption|license|master|private|shared|signing|storage)[_.-]?key`,
]

# Names that speak of a credential and hold something else: where it is, how it is used, how long it lives.
default_harmless := [
	`(file|path|dir|directory|folder|location|mount|name|namespace|url|uri|host|endpoint|realm|header|algorithm|alg|policy|provider|issuer|audience|version|class|label|field|prefix|ref|manager|store|username)s?$`,
	`[_.-](id|ids|ref|type|kind|mode|format|enabled|required|scope|source|in)$`,
	`(ttl|timeout|length|size|count|limit|max|min|age|expiry|expires|expiration|lifetime|duration|interval|period|seconds|minutes|hours|days)$`,
	`^(allow|check|disable|enable|force|has|is|max|min|no|num|require|reset|rotate|skip|use|validate|with)[_.-]`,
	`public`,
]

default_values := [
	`-----BEGIN [A-Z ]*PRIVATE KEY`,
	`(^|[^A-Z0-9])(AKIA|ASIA)[0-9A-Z]{16}`,
	`eyJ[A-Za-z0-9_=-]{10,}[.]eyJ[A-Za-z0-9_=-]{10,}`,
	`gh[pousr]_[A-Za-z0-9]{36}`,
	`github_pat_[A-Za-z0-9_]{40,}`,
	`glpat-[A-Za-z0-9_-]{20}`,
	`xox[abeoprs]-[0-9A-Za-z-]{10,}`,
	`AIza[0-9A-Za-z_-]{35}`,
	`[sr]k_live_[0-9A-Za-z]{20,}`,
	`(?i)(^|[^a-z])bearer\s+[a-z0-9._~+/=-]{20,}`,
	`AccountKey=[A-Za-z0-9+/=]{40,}`,
	`[a-z][a-z0-9+]*://[^/:@\s]*:[^/@\s$<{*%]+@`,
]

# One pattern is matched faster than many.
any_of(patterns) := sprintf("(?i)(%s)", [concat("|", patterns)])

names := any_of(object.get(data.settings, "sensitive_names", default_names))

harmless := any_of(array.concat(default_harmless, object.get(data.settings, "harmless_names", [])))

values := concat("|", [sprintf("(%s)", [pattern]) | some pattern in object.get(data.settings, "sensitive_values", default_values)])

# Why a variable or a key with this value is a credential.
telling(name, value) if {
	regex.match(values, value)
	value != ""
}

telling(name, value) if {
	regex.match(names, name)
	not regex.match(harmless, name)
	literal(value)
}

telling(_, value) if regex.match(values, decoded(value))

# Base64 hides nothing.
decoded(value) := base64.decode(trimmed) if {
	trimmed := trim_space(value)
	count(trimmed) >= 16
	regex.match(`^[A-Za-z0-9+/\r\n]+=*$`, trimmed)
}

# What is written there, and not where to find it or what to fill in. `changeme` is a password until
# somebody changes it.
literal(value) if {
	trimmed := trim_space(value)
	trimmed != ""
	not regex.match(reference, trimmed)
}

reference := concat("|", [
	`[$%]\(|\$\{|\{\{|^\$`,
	`^[<\[{(].*[>\]})]$`,
	`(?i)^(true|false|yes|no|on|off|null|nil|none|undefined|optional|required|n/a|tbd|todo)$`,
	`^[0-9]{1,3}$|^[0-9]+(ms|s|m|h|d)$`,
	`^[xX*._-]{3,}$`,
	`(?i)^(replace|insert|enter|your|fill)[ _-]`,
	`^(\.{0,2}|~)/[a-z.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)*/?$`,
	`^[a-z][a-z0-9+]*://[^@]*$`,
	`^[a-z0-9./-]+-(secrets?|credentials?|creds|tokens?|tls|certs?|keys?|config)$`,
])

# The names of the credentials in a file of settings: `db.password=...`, `token: ...`.
in_lines(text) := {name: redacted(value) |
	some line in regex.find_n(line_pattern, text, 50)
	some found in regex.find_all_string_submatch_n(`^\s*(export\s+)?["']?([A-Za-z0-9_.-]+)["']?[ \t]*[:=][ \t]*["']?([^\s"',;]+)`, line, 1)
	name := found[2]
	value := found[3]
	not startswith(value, "#")
	regex.match(names, name)
	not regex.match(harmless, name)
	literal(value)
}

line_pattern := sprintf(`(?im)^[ \t]*(export[ \t]+)?["']?[A-Za-z0-9_.-]*(%s)[A-Za-z0-9_.-]*["']?[ \t]*[:=].*$`, [concat("|", [
	`passw(or)?d`, `passphrase`, `pass`, `pwd`, `secret`, `token`, `credential`, `bearer`, `jwt`, `key`,
])])

redacted(value) := sprintf("%s***", [substring(value, 0, min([4, floor(count(value) / 2)]))])

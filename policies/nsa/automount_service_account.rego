package nsa.automount_service_account

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	account := account_of(pod.spec)
	why := mounts(pod.spec, account)
	path := sprintf("%s.automountServiceAccountToken", [pod.path])
	result := {
		"msg": sprintf("%s mounts the token of service account %s%s", [lib.title(input), account, why]),
		"failed_paths": [path],
		"fix_paths": [{"path": path, "value": "false"}],
		"evidence": {"service_account": account},
	}
}

skip contains {"msg": sprintf("needs the ServiceAccount %s/%s in the inventory", [lib.namespace(input), account])} if {
	pod := lib.pod(input)
	says_nothing(pod.spec)
	account := account_of(pod.spec)
	account != "default"
	count(accounts(account)) == 0
}

account_of(spec) := name if {
	written := [value | some field in ["serviceAccountName", "serviceAccount"]; value := spec[field]; value != ""]
	name := lib.at(written, 0, "default")
}

says_nothing(spec) if object.get(spec, "automountServiceAccountToken", null) == null

# The pod's own word wins over its service account's.
mounts(spec, _) := ", as it asks for" if object.get(spec, "automountServiceAccountToken", null) == true

mounts(spec, account) := "" if {
	says_nothing(spec)
	some found in accounts(account)
	object.get(found, "automountServiceAccountToken", null) != false
}

# Every namespace has this one, and it mounts unless somebody changed it.
mounts(spec, "default") := "" if {
	says_nothing(spec)
	count(accounts("default")) == 0
}

accounts(name) := [found |
	some kinds in data.inventory.namespace[lib.namespace(input)]
	found := kinds.ServiceAccount[name]
]

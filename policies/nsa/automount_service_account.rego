package nsa.automount_service_account

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	account := account_of(pod)
	mounts(pod, account)
	path := sprintf("%s.automountServiceAccountToken", [pod.path])
	result := {
		"msg": sprintf("%s mounts the token of service account %s", [lib.title(input), account]),
		"failed_paths": [path],
		"fix_paths": [{"path": path, "value": "false"}],
	}
}

account_of(pod) := name if {
	name := object.get(pod.spec, "serviceAccountName", object.get(pod.spec, "serviceAccount", "default"))
	is_string(name)
}

# The pod's own word wins over its service account's.
mounts(pod, _) if object.get(pod.spec, "automountServiceAccountToken", null) == true

mounts(pod, account) if {
	object.get(pod.spec, "automountServiceAccountToken", null) == null
	not refuses(account)
}

refuses(account) if {
	some other in data.inventory.objects
	other.kind == "ServiceAccount"
	lib.name(other) == account
	lib.namespace(other) == lib.namespace(input)
	object.get(other, "automountServiceAccountToken", true) == false
}

package nsa.secret_encryption

import data.nsa.control_plane
import data.nsa.lib

deny contains result if {
	some server in control_plane.of(input)
	lib.flag(server.flags, "encryption-provider-config", "") == ""
	result := control_plane.answer(server, "stores Secrets in etcd as they are", "encryption-provider-config")
}

# The first entry about Secrets decides, and in it the first provider: with `identity` it writes plain text.
deny contains result if {
	input.kind in kinds
	problem := problem_of([entry | some i, found in lib.list_of(object.get(input, "resources", [])); covers(found); entry := {"index": i, "providers": found.providers}])
	result := {
		"msg": sprintf("the encryption configuration %s", [problem.what]),
		"failed_paths": [problem.path],
	}
}

problem_of([]) := {"what": "says nothing about Secrets", "path": "resources"}

problem_of(entries) := {"what": "writes Secrets with the provider `identity`, which encrypts nothing", "path": path} if {
	is_object(entries[0].providers[0].identity)
	path := sprintf("resources[%d].providers[0]", [entries[0].index])
}

covers(entry) if {
	some kind in lib.list_of(entry.resources)
	kind in {"secrets", "secrets.", "*.", "*.*"}
}

kinds := {"EncryptionConfiguration", "EncryptionConfig"}

unconfigured if count([object_ | some object_ in data.inventory.objects; object_.kind in kinds]) == 0

skip contains {"msg": control_plane.needs} if {
	control_plane.missing
	unconfigured
}

skip contains {"msg": "needs the EncryptionConfiguration that the API server is started with in the inventory"} if {
	some server in control_plane.of(input)
	lib.flag(server.flags, "encryption-provider-config", "") != ""
	unconfigured
}

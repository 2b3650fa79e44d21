package nsa.secret_encryption

import data.nsa.control_plane
import data.nsa.lib

deny contains result if {
	some server in control_plane.api_servers
	object.get(server.flags, "encryption-provider-config", "") == ""
	result := {
		"msg": sprintf("%s stores Secrets in etcd as they are", [lib.title(server.object)]),
		"object": lib.identity(server.object),
		"failed_paths": [server.path],
	}
}

# `identity` first means: written as it is.
deny contains result if {
	some config in data.inventory.objects
	config.kind in {"EncryptionConfiguration", "EncryptionConfig"}
	some i, entry in lib.list_of(object.get(config, "resources", []))
	some kind in lib.list_of(object.get(entry, "resources", []))
	kind in {"secrets", "*.", "*.*"}
	is_object(object.get(entry.providers[0], "identity", null))
	result := {
		"msg": "the first encryption provider is `identity`, which encrypts nothing",
		"object": lib.identity(config),
		"failed_paths": [sprintf("resources[%d].providers[0]", [i])],
	}
}

skip contains {"msg": control_plane.needs} if count(control_plane.api_servers) == 0

package nsa.kubelet_anonymous

import data.nsa.kubelet
import data.nsa.lib

deny contains result if {
	some found in kubelet.configurations
	anonymous(found)
	result := {
		"msg": sprintf("%s lets anybody talk to the kubelet", [lib.title(found.object)]),
		"object": lib.identity(found.object),
		"failed_paths": ["authentication.anonymous.enabled"],
		"fix_paths": [{"path": "authentication.anonymous.enabled", "value": "false"}],
	}
}

# A flag wins over the file.
anonymous(found) if regex.match(`--anonymous-auth(=true|\s+true|\s|$)`, found.line)

anonymous(found) if {
	not contains(found.line, "--anonymous-auth")
	object.get(kubelet.authentication(found, "anonymous"), "enabled", false) == true
}

skip contains {"msg": kubelet.needs} if count(kubelet.configurations) == 0

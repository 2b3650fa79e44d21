package nsa.kubelet_client_tls

import data.nsa.kubelet
import data.nsa.lib

deny contains result if {
	some found in kubelet.configurations
	not contains(found.line, "--client-ca-file")
	object.get(kubelet.authentication(found, "x509"), "clientCAFile", "") == ""
	result := {
		"msg": sprintf("%s does not check client certificates at the kubelet", [lib.title(found.object)]),
		"object": lib.identity(found.object),
		"failed_paths": ["authentication.x509.clientCAFile"],
	}
}

skip contains {"msg": kubelet.needs} if count(kubelet.configurations) == 0

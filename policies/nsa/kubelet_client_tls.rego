package nsa.kubelet_client_tls

import data.nsa.kubelet
import data.nsa.lib

deny contains result if {
	found := kubelet.of(input)
	found.known
	lib.flag(found.flags, "client-ca-file", "") == ""
	object.get(kubelet.authentication(found, "x509"), "clientCAFile", "") in {"", null}
	result := {
		"msg": sprintf("%s checks no client certificates at the kubelet", [lib.title(input)]),
		"failed_paths": [place(found)],
	}
}

place(found) := "authentication.x509.clientCAFile" if found.at == "authentication"

place(found) := found.at if {
	found.at != "authentication"
	kubelet.has_file(found)
}

place(found) := "data.cmdLine" if not kubelet.has_file(found)

skip contains {"msg": kubelet.needs} if kubelet.missing

skip contains {"msg": kubelet.needs_file} if {
	found := kubelet.of(input)
	not found.known
	lib.flag(found.flags, "client-ca-file", "") == ""
}

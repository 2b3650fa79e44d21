package nsa.kubelet_anonymous

import data.nsa.kubelet
import data.nsa.lib

deny contains result if {
	found := kubelet.of(input)
	path := anonymous(found)
	result := {
		"msg": sprintf("%s lets anybody talk to the kubelet", [lib.title(input)]),
		"failed_paths": [path],
	}
}

# A flag wins over the file.
anonymous(found) := "data.cmdLine" if lib.switched_on(lib.flag(found.flags, "anonymous-auth", "false"))

anonymous(found) := path if {
	lib.flag(found.flags, "anonymous-auth", "") == ""
	kubelet.authentication(found, "anonymous").enabled == true
	path := place(found.at)
}

# Without flag and file anybody may.
anonymous(found) := "data.cmdLine" if {
	lib.flag(found.flags, "anonymous-auth", "") == ""
	found.known
	not kubelet.has_file(found)
}

place(at) := "authentication.anonymous.enabled" if at == "authentication"

place(at) := at if at != "authentication"

skip contains {"msg": kubelet.needs} if kubelet.missing

skip contains {"msg": kubelet.needs_file} if {
	found := kubelet.of(input)
	not found.known
	lib.flag(found.flags, "anonymous-auth", "") == ""
}

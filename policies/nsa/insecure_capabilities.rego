package nsa.insecure_capabilities

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	lib.linux(pod)
	some entry in lib.containers(pod)
	insecure := lib.added_capabilities(entry) & unwanted
	count(insecure) > 0
	path := sprintf("%s.securityContext.capabilities.add", [entry.path])
	result := {
		"msg": sprintf("container %s of %s adds dangerous capabilities", [entry.name, lib.title(input)]),
		"container": entry.name,
		"failed_paths": [path],
		"evidence": {"capabilities": concat(", ", sort(insecure))},
	}
}

defaults := [
	"SETPCAP", "NET_ADMIN", "NET_RAW", "SYS_MODULE", "SYS_RAWIO", "SYS_PTRACE", "SYS_ADMIN",
	"SYS_BOOT", "MAC_OVERRIDE", "MAC_ADMIN", "PERFMON", "BPF", "DAC_READ_SEARCH", "ALL",
]

unwanted := {trim_prefix(upper(name), "CAP_") | some name in object.get(data.settings, "insecure_capabilities", defaults)}

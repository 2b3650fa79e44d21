package nsa.insecure_capabilities

import data.nsa.lib

deny contains result if {
	pod := lib.pod(input)
	lib.linux(pod)
	some entry in lib.containers(pod)
	found := [added | some added in lib.added_capabilities(entry); added.name in unwanted]
	count(found) > 0
	names := concat(", ", sort({added.name | some added in found}))
	result := {
		"msg": sprintf("container %s of %s adds %s", [entry.name, lib.title(input), names]),
		"container": entry.name,
		"failed_paths": [added.path | some added in found],
		"evidence": {"capabilities": names},
	}
}

defaults := [
	"ALL", "BPF", "DAC_READ_SEARCH", "MAC_ADMIN", "MAC_OVERRIDE", "NET_ADMIN", "NET_RAW", "PERFMON", "SETPCAP",
	"SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO",
]

unwanted := {trim_prefix(upper(name), "CAP_") | some name in object.get(data.settings, "insecure_capabilities", defaults)}

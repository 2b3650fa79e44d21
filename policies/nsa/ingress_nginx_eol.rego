package nsa.ingress_nginx_eol

import data.nsa.ingress_nginx
import data.nsa.lib

deny contains result if {
	some found in ingress_nginx.controllers(input)
	result := {
		"msg": sprintf("container %s of %s runs ingress-nginx, which gets no fixes since March 2026", [found.entry.name, lib.title(input)]),
		"container": found.entry.name,
		"failed_paths": [sprintf("%s.image", [found.entry.path])],
		"evidence": {"image": found.entry.container.image},
	}
}

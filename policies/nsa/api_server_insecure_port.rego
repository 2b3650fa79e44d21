package nsa.api_server_insecure_port

import data.nsa.control_plane
import data.nsa.lib

deny contains result if {
	some server in control_plane.api_servers
	port := object.get(server.flags, "insecure-port", "0")
	port != "0"
	result := {
		"msg": sprintf("%s serves the API on port %s without authentication", [lib.title(server.object), port]),
		"object": lib.identity(server.object),
		"failed_paths": [server.path],
	}
}

skip contains {"msg": control_plane.needs} if count(control_plane.api_servers) == 0

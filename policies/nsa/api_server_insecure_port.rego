package nsa.api_server_insecure_port

import data.nsa.control_plane
import data.nsa.lib

deny contains result if {
	some server in control_plane.of(input)
	port := lib.flag(server.flags, "insecure-port", by_default(server.version))
	port != "0"
	result := control_plane.answer(server, sprintf("serves the API on port %s without authentication", [port]), "insecure-port")
}

# Before 1.20 the port is open unless somebody closes it.
by_default(version) := "8080" if {
	count(version) > 0
	version < [1, 20]
} else := "0"

skip contains {"msg": control_plane.needs} if control_plane.missing

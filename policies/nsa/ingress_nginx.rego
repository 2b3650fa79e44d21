# The ingress-nginx controller, by the names under which it is shipped.
package nsa.ingress_nginx

import data.nsa.lib

controllers(object_) := [found |
	some entry in lib.containers(lib.pod(object_))
	image := lib.image(object.get(entry.container, "image", ""))
	regex.match(`(^|/)(ingress-nginx/controller|nginx-ingress-controller|ingress-nginx-controller)(-chroot)?$`, image.name)
	found := {"entry": entry, "image": image}
]

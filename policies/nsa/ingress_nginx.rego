# The ingress-nginx controller, by the names under which it is shipped. F5's nginx-ingress is another program.
package nsa.ingress_nginx

import data.nsa.lib

controllers(object_) := [{"entry": entry, "image": image, "version": version, "says": says} |
	pod := lib.pod(object_)
	some entry in lib.containers(pod)
	entry.list != "initContainers"
	image := lib.image(entry.container.image)
	regex.match(`(^|/)(ingress-nginx/controller|nginx-ingress-controller|ingress-nginx-controller)(-chroot)?(-(amd64|arm64|arm|ppc64le|s390x))?$`, image.name)
	says := version_text(object_, pod, image)
	version := lib.version(says)
]

# An image that is named by its digest alone may still be labelled with its version.
version_text(object_, pod, image) := texts[0] if {
	texts := [text |
		some text in [
			image.tag,
			object.get(lib.labels(pod.metadata), "app.kubernetes.io/version", ""),
			object.get(lib.labels(lib.part(object_, "metadata")), "app.kubernetes.io/version", ""),
		]
		count(lib.version(text)) > 1
	]
	count(texts) > 0
} else := ""

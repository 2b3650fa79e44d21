package {{ident}}.owner_label

deny contains result if {
	not input.metadata.labels.owner
	result := {
		"msg": sprintf("%s has no owner label", [input.metadata.name]),
		"failed_paths": ["metadata.labels.owner"],
	}
}

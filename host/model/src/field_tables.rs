// The tables of `field.rs`: one line a field, the reference that `docs/events.md` is made from.

table! { PROCESS, process: [
    ("exec_id", Text, "stable id of this execution", |p| text(&p.exec_id)),
    ("pid", Number, "process id on the host", |p| number(p.pid)),
    ("ppid", Number, "parent's process id on the host", |p| number(p.ppid)),
    ("exe", Text, "absolute path of the executable", |p| text(&p.exe)),
    ("exe.name", Text, "last part of exe", |p| text(p.exe.rsplit('/').next().unwrap_or(""))),
    ("exe.origin", Text, "plain, upper_layer (dropped into a running container) or memfd", origin),
    ("comm", Text, "the kernel's name of the task", |p| text(&p.comm)),
    ("argv", TextList, "arguments, argv[0] first", |p| texts(&p.argv)),
    ("command_line", Text, "arguments joined by a space", |p| Value::Text(Cow::Owned(p.argv.join(" ")))),
    ("argv_truncated", Flag, "the arguments were longer than the record", |p| Value::Flag(p.argv_truncated)),
    ("cwd", Text, "working directory", |p| known(&p.cwd)),
    ("tty", Text, "controlling terminal", |p| known(&p.tty)),
    ("uid", Number, "real user id", |p| number(p.uid)),
    ("euid", Number, "effective user id", |p| number(p.euid)),
    ("gid", Number, "real group id", |p| number(p.gid)),
    ("egid", Number, "effective group id", |p| number(p.egid)),
    ("previous_euid", Number, "effective user id before this execution", |p| number(p.previous_euid)),
    ("capabilities", Number, "effective capabilities, bit n is capability n", |p| number(p.capabilities)),
    ("namespace.mnt", Number, "inode of the mount namespace", |p| number(p.namespaces.mnt)),
    ("namespace.pid", Number, "inode of the pid namespace", |p| number(p.namespaces.pid)),
    ("namespace.net", Number, "inode of the network namespace", |p| number(p.namespaces.net)),
    ("namespace.user", Number, "inode of the user namespace", |p| number(p.namespaces.user)),
    ("cgroup", Text, "path of the cgroup", |p| known(&p.cgroup)),
    ("cgroup_id", Number, "inode of the cgroup2 directory", |p| number(p.cgroup_id)),
    ("container.id", Text, "the container's id", |p| container(p, |c| known(&c.id))),
    ("container.name", Text, "the container's name", |p| container(p, |c| c.name.as_deref().map_or(Value::Missing, text))),
    ("container.image", Text, "the image it was started from", |p| container(p, |c| c.image.as_deref().map_or(Value::Missing, text))),
    ("container.pod", Text, "UID of the pod", |p| container(p, |c| c.pod.as_deref().map_or(Value::Missing, text))),
    ("parent.exe", Text, "the parent's executable", |p| p.ancestors.first().map_or(Value::Missing, |s| text(&s.exe))),
    ("parent.name", Text, "last part of parent.exe", |p| p.ancestors.first().map_or(Value::Missing, |s| text(s.exe.rsplit('/').next().unwrap_or("")))),
    ("parent.euid", Number, "the parent's effective user id", |p| p.ancestors.first().map_or(Value::Missing, |s| number(s.euid))),
    ("ancestors.exe", TextList, "executables of the ancestors, parent first", |p| Value::TextList(p.ancestors.iter().map(|s| Cow::Borrowed(s.exe.as_str())).collect())),
] }

table! { EXIT, exit: [
    ("exec_id", Text, "stable id of the execution that ended", |e| text(&e.process.exec_id)),
    ("pid", Number, "process id on the host", |e| number(e.process.pid)),
    ("exe", Text, "absolute path of the executable", |e| text(&e.process.exe)),
    ("comm", Text, "the kernel's name of the task", |e| text(&e.process.comm)),
    ("code", Number, "exit code", |e| number(e.code)),
    ("signal", Number, "the signal that ended it, 0 for none", |e| number(e.signal)),
    ("container.id", Text, "the container's id", |e| container(&e.process, |c| known(&c.id))),
] }

table! { FILE, view_of: [
    ("path", Text, "path below the target", |v| file(v, |f| text(&f.path))),
    ("name", Text, "last part of path", |v| file(v, |f| text(f.path.rsplit('/').next().unwrap_or("")))),
    ("size", Number, "bytes", |v| file(v, |f| number(f.size))),
    ("mode", Number, "permission bits", |v| file(v, |f| number(f.mode))),
    ("uid", Number, "owner", |v| file(v, |f| number(f.uid))),
    ("type", Text, "empty, text, script, elf, archive or binary", |v| file(v, |f| text(f.file_type.name()))),
    ("sha256", Text, "digest of the content", |v| file(v, |f| f.sha256().map_or(Value::Missing, text))),
    ("image.reference", Text, "the image", |v| file(v, |f| f.image.as_ref().map_or(Value::Missing, |i| text(&i.reference)))),
    ("layer.index", Number, "the layer that brought it, 0 is the lowest", |v| file(v, |f| f.layer.as_ref().map_or(Value::Missing, |l| number(l.index)))),
    ("visible", Flag, "a container would see it", |v| file(v, |f| Value::Flag(f.visible))),
    ("hits", Number, "number of hits of the plugin's own patterns", |v| v.event.file().map_or(Value::Missing, |f| Value::Number(f.hits_of(v.ruleset).len() as u64))),
    ("hits.pattern", NumberList, "pattern id of each hit", |v| hits(v, |h| u64::from(h.pattern))),
    ("hits.offset", NumberList, "first byte of each hit", |v| hits(v, |h| h.offset)),
    ("hits.length", NumberList, "bytes of each hit", |v| hits(v, |h| u64::from(h.length))),
    ("hits.line", NumberList, "line of each hit, from 1", |v| hits(v, |h| u64::from(h.line))),
    ("hits.column", NumberList, "column of each hit, from 1", |v| hits(v, |h| u64::from(h.column))),
    ("hits.text", TextList, "first capture group or whole match of each hit", |v| hit_texts(v, |h| &h.text)),
    ("hits.context", TextList, "the line around each hit", |v| hit_texts(v, |h| &h.context)),
    ("hits.encoding", TextList, "what each hit was decoded from: utf-16le, utf-16be, base64, base64url, hex or percent; empty for plain bytes", |v| hit_texts(v, |h| h.encoding.map_or("", |e| e.name()))),
] }

table! { IMAGE_CONFIG, config: [
    ("image.reference", Text, "the image", |c| text(&c.image.reference)),
    ("config", Text, "the configuration as JSON", |c| text(&c.json)),
] }

table! { OBJECT, object: [
    ("api_version", Text, "apps/v1", |o| text(&o.api_version)),
    ("kind", Text, "Deployment", |o| text(&o.kind)),
    ("namespace", Text, "missing for cluster-scoped objects", |o| known(&o.namespace)),
    ("name", Text, "metadata.name", |o| text(&o.name)),
    ("object", Text, "the whole object as JSON", |o| text(&o.json)),
] }

table! { LOSS, loss: [
    ("kind", Text, "kind of the lost events", |l| text(&l.kind)),
    ("count", Number, "how many", |l| number(l.count)),
    ("queue", Text, "which queue had no room", |l| text(&l.queue)),
] }

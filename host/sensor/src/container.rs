//! Which container a cgroup belongs to.
//!
//! Every runtime writes the container's id into the path of its cgroup, plain or dressed:
//! `/kubepods/burstable/pod<uid>/<id>`, `/libpod_parent/libpod-<id>`, `/docker/<id>`,
//! `/kubepods.slice/.../cri-containerd-<id>.scope`. A path without such an id names a container only when
//! its processes live in namespaces of their own.

use merlon_model::Container;

/// Digits of a container id.
const ID: usize = 64;

/// Whether a process has a pid namespace of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// It shares the host's.
    Host,
    /// It lives in another one.
    Own,
}

/// The container of a cgroup path.
#[must_use]
pub fn identify(cgroup: &str, isolation: Isolation) -> Option<Container> {
    let parts = || cgroup.split('/').filter(|part| !part.is_empty());
    // The innermost id: a cluster node may itself be a container.
    let id = parts().rev().find_map(id_of).or_else(|| match isolation {
        Isolation::Host => None,
        Isolation::Own => parts().next_back().and_then(name_of),
    })?;
    Some(Container {
        id: id.to_owned(),
        pod: pod_of(cgroup),
        ..Container::default()
    })
}

/// `docker-<64 hex>.scope` and the like.
fn id_of(part: &str) -> Option<&str> {
    let bare = part.strip_suffix(".scope").unwrap_or(part);
    let cut = bare.len().checked_sub(ID)?;
    let (dress, id) = bare.split_at_checked(cut)?;
    let hexadecimal = id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    // `libpod-conmon-<id>` and `crio-conmon-<id>` hold the monitor, which is not in the container.
    let dressed = dress.is_empty() || (dress.ends_with('-') && !dress.contains("conmon"));
    (hexadecimal && dressed).then_some(id)
}

/// A runtime's own name for a container; systemd's units are none.
fn name_of(part: &str) -> Option<&str> {
    let unit = [".service", ".slice", ".mount", ".socket", ".swap"];
    let session = part.starts_with("session-") || part.starts_with("init.scope");
    (!unit.iter().any(|end| part.ends_with(end)) && !session)
        .then(|| part.strip_suffix(".scope").unwrap_or(part))
}

/// `pod<uid>` below `kubepods`, or `kubepods-burstable-pod<uid with _>.slice`.
fn pod_of(cgroup: &str) -> Option<String> {
    if !cgroup.contains("kubepods") {
        return None;
    }
    cgroup.split('/').find_map(|part| {
        let uid = match part.strip_suffix(".slice") {
            Some(slice) => slice.rsplit_once("-pod").map(|(_, uid)| uid)?,
            None => part.strip_prefix("pod")?,
        };
        (!uid.is_empty()).then(|| uid.replace('_', "-"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn id(cgroup: &str, isolation: Isolation) -> Option<(String, Option<String>)> {
        identify(cgroup, isolation).map(|container| (container.id, container.pod))
    }

    #[test]
    fn every_shape_of_path_gives_the_same_id() {
        for shape in [
            "/libpod_parent/libpod-ID",
            "/machine.slice/libpod-ID.scope",
            "/ctrdk/ID",
            "/system.slice/docker-ID.scope",
            "/docker/ID/init",
            "/docker/ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff/x/ID",
        ] {
            let path = shape.replace("ID", HEX);
            assert_eq!(
                id(&path, Isolation::Host),
                Some((HEX.to_owned(), None)),
                "{shape}"
            );
        }
    }

    #[test]
    fn a_pod_uid_is_read_from_both_cgroup_drivers() {
        let uid = "6e2a1f0c-1111-2222-3333-444455556666";
        let plain = format!("/kubepods/burstable/pod{uid}/{HEX}");
        let slices = format!(
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{}.slice/cri-containerd-{HEX}.scope",
            uid.replace('-', "_")
        );
        for path in [plain, slices] {
            assert_eq!(
                id(&path, Isolation::Own),
                Some((HEX.to_owned(), Some(uid.to_owned()))),
                "{path}"
            );
        }
        let (_, pod) = id(&format!("/kubepods/burstable/podu1/{HEX}"), Isolation::Own).unwrap();
        assert_eq!(pod.as_deref(), Some("u1"));
    }

    #[test]
    fn a_name_is_a_container_only_with_namespaces_of_its_own() {
        assert_eq!(id("/ctr/test1", Isolation::Host), None);
        assert_eq!(
            id("/ctr/test1", Isolation::Own),
            Some(("test1".to_owned(), None))
        );
        for path in [
            "/",
            "",
            "/system.slice/cron.service",
            "/user.slice/session-1.scope",
        ] {
            assert_eq!(id(path, Isolation::Own), None, "{path}");
        }
    }

    #[test]
    fn the_monitor_of_a_container_is_outside() {
        let path = format!("/machine.slice/libpod-conmon-{HEX}.scope");
        assert_eq!(id(&path, Isolation::Host), None);
    }
}

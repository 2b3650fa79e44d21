//! Images that other people's tools made.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use merlon_scanner::Target;

use crate::recorder::{Options, recognised, scan};

fn run(dir: &Path, program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(dir)
        .output();
    match output {
        Ok(output) if output.status.success() => true,
        Ok(output) => panic!("{program}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => {
            println!("skipped: {program} is not installed");
            false
        }
    }
}

/// Three layers: a leaked key, its removal with a setuid file, a version.
fn image(dir: &Path) -> bool {
    let umoci = |arguments: &[&str]| run(dir, "umoci", arguments);
    if !umoci(&["init", "--layout", "lay"]) {
        return false;
    }
    umoci(&["new", "--image", "lay:app"]);
    let unpack = ["unpack", "--rootless", "--image", "lay:app", "b"];
    umoci(&unpack);
    let at = |path: &str| dir.join("b/rootfs").join(path);
    fs::create_dir_all(at("etc")).unwrap();
    fs::create_dir_all(at("bin")).unwrap();
    fs::write(at("etc/leaked"), "k=AKIAIOSFODNN7EXAMPLE\n").unwrap();
    fs::write(at("bin/tool"), "\x7fELF tool").unwrap();
    fs::hard_link(at("etc/leaked"), at("etc/linked")).unwrap();
    umoci(&["repack", "--refresh-bundle", "--image", "lay:app", "b"]);
    fs::remove_file(at("etc/leaked")).unwrap();
    fs::write(at("bin/su"), "\x7fELF su").unwrap();
    fs::set_permissions(at("bin/su"), fs::Permissions::from_mode(0o4755)).unwrap();
    umoci(&["repack", "--refresh-bundle", "--image", "lay:app", "b"]);
    fs::write(at("etc/version"), "v3\n").unwrap();
    umoci(&["repack", "--image", "lay:app", "b"]);
    umoci(&["config", "--image", "lay:app", "--config.env", "PATH=/bin"]);
    true
}

#[test]
fn an_image_made_by_umoci_is_read_as_it_was_made() {
    let dir = tempfile::tempdir().unwrap();
    if !image(dir.path()) {
        return;
    }
    let target = Target::OciLayout {
        dir: dir.path().join("lay"),
        tag: Some("app".into()),
    };
    let scanned = scan(&target);
    assert_eq!(scanned.problems(), "");
    assert_eq!(scanned.stats.layers, 3);
    let leaked = scanned.file("/etc/leaked");
    assert_eq!((leaked.visible, leaked.deleted_by), (false, Some(1)));
    assert_eq!(leaked.hits_of(0).len(), 1);
    let linked = scanned.file("/etc/linked");
    assert_eq!(linked.hits_of(0), leaked.hits_of(0));
    assert!(linked.visible);
    assert_eq!(scanned.file("/bin/su").mode, 0o4755);
    assert!(scanned.file("/etc/version").visible);
    assert!(scanned.config().json.contains("PATH=/bin"));
}

#[test]
fn every_form_that_skopeo_writes_gives_the_same_files() {
    let dir = tempfile::tempdir().unwrap();
    if !image(dir.path()) {
        return;
    }
    let expected = scan(&Target::recognise(&dir.path().join("lay")).unwrap()).paths();
    for (to, name, more) in [
        ("oci-archive:oci.tar", "oci.tar", &[][..]),
        ("docker-archive:docker.tar:app:1", "docker.tar", &[]),
        (
            "oci:zstd:app",
            "zstd",
            &["--dest-compress-format", "zstd", "--dest-compress"],
        ),
    ] {
        let mut arguments = vec!["--insecure-policy", "copy"];
        arguments.extend(more);
        arguments.extend(["oci:lay:app", to]);
        if !run(dir.path(), "skopeo", &arguments) {
            return;
        }
        let scanned = recognised(&dir.path().join(name), &Options::default());
        assert_eq!(scanned.problems(), "", "{name}");
        assert_eq!(scanned.paths(), expected, "{name}");
        assert_eq!(scanned.file("/etc/leaked").deleted_by, Some(1), "{name}");
    }
}

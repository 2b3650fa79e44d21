//! A container of runc with an overlay of its own.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

/// A bundle; unmounted and removed when dropped.
pub(crate) struct Container {
    folder: tempfile::TempDir,
    pub(crate) id: String,
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

impl Container {
    /// Makes the bundle; nothing when this machine cannot.
    pub(crate) fn prepare() -> Option<Self> {
        if !Path::new("/bin/busybox").exists() || !succeeds(Command::new("runc").arg("--version")) {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let container = Self {
            folder,
            id: "ab".repeat(32),
        };
        for part in [
            "lower/bin",
            "lower/tmp",
            "lower/proc",
            "lower/dev",
            "lower/sys",
            "upper",
            "work",
            "merged",
        ] {
            fs::create_dir_all(container.at(part)).unwrap();
        }
        fs::copy("/bin/busybox", container.at("lower/bin/busybox")).unwrap();
        for applet in ["sh", "cp", "true"] {
            symlink("busybox", container.at("lower/bin").join(applet)).unwrap();
        }
        let layers = format!(
            "lowerdir={},upperdir={},workdir={}",
            container.at("lower").display(),
            container.at("upper").display(),
            container.at("work").display()
        );
        let mut mount = Command::new("mount");
        mount.args(["-t", "overlay", "merlon", "-o", &layers]);
        succeeds(mount.arg(container.at("merged"))).then_some(container)
    }

    fn at(&self, part: &str) -> PathBuf {
        self.folder.path().join(part)
    }

    /// The path of its cgroup.
    pub(crate) fn cgroup(&self) -> String {
        format!("/kubepods/burstable/podu1/{}", self.id)
    }

    /// Runs a shell script in it.
    pub(crate) fn run(&self, script: &str) {
        let bundle = self.folder.path();
        let spec = Command::new("runc")
            .arg("spec")
            .current_dir(bundle)
            .output()
            .unwrap();
        assert!(spec.status.success(), "{spec:?}");
        let file = self.at("config.json");
        let mut config: serde_json::Value =
            serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        config["process"]["terminal"] = json!(false);
        config["process"]["args"] = json!(["/bin/sh", "-c", script]);
        config["process"]["rlimits"] = json!([]);
        config["root"] = json!({"path": "merged", "readonly": false});
        config["linux"]["cgroupsPath"] = json!(self.cgroup());
        fs::write(&file, config.to_string()).unwrap();
        let run = Command::new("runc")
            .arg("--root")
            .arg(self.at("state"))
            .args(["run", "-b"])
            .arg(bundle)
            .arg(format!("merlon-{}", std::process::id()))
            .output()
            .unwrap();
        assert!(run.status.success(), "{run:?}");
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        succeeds(Command::new("umount").arg(self.at("merged")));
    }
}

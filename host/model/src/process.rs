//! Processes as the sensor sees them.

use serde::{Deserialize, Serialize};

/// Where the bytes of an executable come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExeOrigin {
    /// An ordinary file, or a file of the container's image.
    #[default]
    Plain,
    /// A file in a container's writable overlay layer: dropped after the container started.
    UpperLayer,
    /// An anonymous file in memory (`memfd_create`), with no path on any disk.
    Memfd,
}

/// Inode numbers of the namespaces a process lives in; 0 is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the names are the kernel's")]
pub struct Namespaces {
    pub mnt: u32,
    pub pid: u32,
    pub net: u32,
    pub user: u32,
}

/// The container a process belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Container {
    /// The runtime's 64 hexadecimal digits, or its name for the container when it gives no digits.
    pub id: String,
    /// The runtime's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The image reference it was started from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The pod's UID, from the cgroup path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
}

/// What a descendant remembers of an ancestor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcessSummary {
    /// Stable id of this execution: hash of (boot id, pid, start time).
    pub exec_id: String,
    /// Process id in the host's namespace.
    pub pid: u32,
    /// Absolute path of the executable.
    pub exe: String,
    /// The arguments, `argv[0]` first.
    pub argv: Vec<String>,
    /// The kernel's name of the task, at most 15 bytes.
    pub comm: String,
    /// Real user id.
    pub uid: u32,
    /// Effective user id.
    pub euid: u32,
}

/// One execution of one program.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Process {
    /// Stable id of this execution: hash of (boot id, pid, start time).
    pub exec_id: String,
    /// Process id in the host's namespace.
    pub pid: u32,
    /// Parent's process id in the host's namespace.
    pub ppid: u32,
    /// Absolute path of the executable, as its mount namespace names it.
    pub exe: String,
    /// Where the executable's bytes come from.
    pub origin: ExeOrigin,
    /// The kernel's name of the task, at most 15 bytes.
    pub comm: String,
    /// The arguments, `argv[0]` first.
    pub argv: Vec<String>,
    /// The arguments were longer than the record holds.
    #[serde(default)]
    pub argv_truncated: bool,
    /// Working directory.
    pub cwd: String,
    /// Controlling terminal (`pts0`), empty when there is none.
    #[serde(default)]
    pub tty: String,
    /// Real user id.
    pub uid: u32,
    /// Effective user id.
    pub euid: u32,
    /// Real group id.
    pub gid: u32,
    /// Effective group id.
    pub egid: u32,
    /// Effective user id before this execution; differs from `euid` when a setuid file was run.
    pub previous_euid: u32,
    /// Effective capabilities, bit n is capability n.
    pub capabilities: u64,
    /// The namespaces it lives in.
    pub namespaces: Namespaces,
    /// Inode of the cgroup2 directory.
    pub cgroup_id: u64,
    /// Path of the cgroup below its mount.
    pub cgroup: String,
    /// The container, when the cgroup belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    /// Parent first, at most 32; what is unknown is absent.
    #[serde(default)]
    pub ancestors: Vec<ProcessSummary>,
}

impl Process {
    /// What descendants remember.
    #[must_use]
    pub fn summary(&self) -> ProcessSummary {
        ProcessSummary {
            exec_id: self.exec_id.clone(),
            pid: self.pid,
            exe: self.exe.clone(),
            argv: self.argv.clone(),
            comm: self.comm.clone(),
            uid: self.uid,
            euid: self.euid,
        }
    }
}

/// A process was cloned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fork {
    /// The child: its parent's program until it executes its own.
    pub process: Process,
}

/// A process ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Who ended.
    pub process: Process,
    /// Exit code, 0-255.
    pub code: u32,
    /// The signal that ended it, 0 for none.
    pub signal: u32,
}

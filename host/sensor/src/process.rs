//! From a record to the process of the model.

use std::path::PathBuf;

use merlon_ebpf_abi::flag;
use merlon_model::{ExeOrigin, Process};

use crate::container::{Isolation, identify};
use crate::decode::{ExecRecord, ForkRecord, Task};

/// Set-user-id bit of a file's mode.
const SET_USER_ID: u32 = 0o4000;

/// What is the same for every process of a host.
#[derive(Debug, Clone, Default)]
pub(crate) struct Host {
    /// Changes with every boot.
    pub(crate) boot_id: String,
    /// The pid namespace of the host's first process; 0 when unknown.
    pub(crate) pid_ns: u32,
    /// Where the unified cgroup tree is mounted.
    pub(crate) unified: Option<PathBuf>,
}

impl Host {
    /// Reads the facts of the running host.
    pub(crate) fn running() -> Self {
        let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        Self {
            boot_id: boot_id.unwrap_or_default().trim().to_owned(),
            pid_ns: crate::snapshot::namespace(1, "pid"),
            unified: ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"]
                .map(PathBuf::from)
                .into_iter()
                .find(|place| place.join("cgroup.procs").exists()),
        }
    }

    /// The id of an execution: a hash of what no other execution shares.
    pub(crate) fn exec_id(&self, pid: u32, start: u64) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.boot_id.as_bytes());
        hasher.update(&pid.to_le_bytes());
        hasher.update(&start.to_le_bytes());
        let mut id = hasher.finalize().to_hex().to_string();
        id.truncate(32);
        id
    }

    fn isolation(&self, task: &Task) -> Isolation {
        let known = self.pid_ns != 0 && task.namespaces.pid != 0;
        if known && task.namespaces.pid != self.pid_ns {
            Isolation::Own
        } else {
            Isolation::Host
        }
    }

    /// The process that a record of a started program describes, without ancestors.
    pub(crate) fn started(&self, record: ExecRecord) -> Process {
        let mut process = Process {
            exec_id: self.exec_id(record.pid, record.time),
            pid: record.pid,
            ppid: record.ppid,
            origin: origin(&record),
            argv_truncated: record.flags & flag::ARGV_TRUNCATED != 0,
            previous_euid: previous_euid(&record),
            exe: record.exe,
            argv: record.argv,
            cwd: record.cwd,
            cgroup: record.cgroup,
            tty: record.tty,
            ..Process::default()
        };
        self.fill(&mut process, record.task);
        process
    }

    /// The child of a record, running the program of `from`, without ancestors.
    pub(crate) fn cloned(&self, record: ForkRecord, from: Option<&Process>) -> Process {
        let from = from.cloned().unwrap_or_default();
        let mut process = Process {
            exec_id: self.exec_id(record.pid, record.task.start),
            pid: record.pid,
            ppid: record.ppid,
            cgroup: record.cgroup,
            previous_euid: record.task.euid,
            ..from
        };
        self.fill(&mut process, record.task);
        process
    }

    fn fill(&self, process: &mut Process, task: Task) {
        process.container = identify(&process.cgroup, self.isolation(&task));
        process.uid = task.uid;
        process.euid = task.euid;
        process.gid = task.gid;
        process.egid = task.egid;
        process.capabilities = task.capabilities;
        process.namespaces = task.namespaces;
        process.cgroup_id = task.cgroup_id;
        process.comm = task.comm;
    }
}

fn origin(record: &ExecRecord) -> ExeOrigin {
    if record.flags & flag::PSEUDO != 0 && record.exe.starts_with("/memfd:") {
        ExeOrigin::Memfd
    } else if record.flags & flag::UPPER_LAYER != 0 {
        ExeOrigin::UpperLayer
    } else {
        ExeOrigin::Plain
    }
}

/// A kernel without `sched_prepare_exec` does not tell; then only a set-user-id file changes it, and it
/// was started by the real user.
fn previous_euid(record: &ExecRecord) -> u32 {
    if record.flags & flag::PREVIOUS_EUID != 0 {
        record.previous_euid
    } else if record.exe_mode & SET_USER_ID != 0 {
        record.task.uid
    } else {
        record.task.euid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_tracepoint_a_set_user_id_file_tells_the_previous_user() {
        let mut record = ExecRecord {
            exe_mode: 0o104_755,
            ..ExecRecord::default()
        };
        record.task.uid = 1000;
        let process = Host::default().started(record.clone());
        assert_eq!((process.previous_euid, process.euid), (1000, 0));
        record.exe_mode = 0o100_755;
        assert_eq!(Host::default().started(record.clone()).previous_euid, 0);
        record.flags = flag::PREVIOUS_EUID;
        record.previous_euid = 7;
        assert_eq!(Host::default().started(record).previous_euid, 7);
    }

    #[test]
    fn an_execution_has_an_id_of_its_own() {
        let host = Host {
            boot_id: "b".to_owned(),
            ..Host::default()
        };
        assert_eq!(host.exec_id(1, 2).len(), 32);
        assert_eq!(host.exec_id(1, 2), host.exec_id(1, 2));
        assert_ne!(host.exec_id(1, 2), host.exec_id(1, 3));
        assert_ne!(host.exec_id(1, 2), host.exec_id(2, 2));
        assert_ne!(host.exec_id(1, 2), Host::default().exec_id(1, 2));
    }

    #[test]
    fn a_memory_file_and_an_upper_layer_are_told_apart() {
        let mut record = ExecRecord {
            exe: "/memfd:x".to_owned(),
            ..ExecRecord::default()
        };
        assert_eq!(origin(&record), ExeOrigin::Plain);
        record.flags = flag::PSEUDO;
        assert_eq!(origin(&record), ExeOrigin::Memfd);
        record.flags = flag::UPPER_LAYER;
        assert_eq!(origin(&record), ExeOrigin::UpperLayer);
    }
}

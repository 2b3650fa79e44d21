//! What this kernel, its cgroups and these privileges allow. Nothing is guessed that can be tried.

use std::fs;

use aya::programs::{BtfTracePoint, FEntry, KProbe, Lsm, ProgramError};
use aya::{Btf, Ebpf};
use serde::Serialize;

use crate::btf::KernelTypes;
use crate::error::Refusal;
use crate::{kernel, loader, snapshot};

/// A small ring: the trial reads nothing.
const TRIAL_RING: u32 = 64 << 10;
/// `CAP_BPF`, `CAP_PERFMON`, `CAP_SYS_ADMIN`, `CAP_SYS_RESOURCE`, `CAP_KILL`, `CAP_SYS_PTRACE`.
const CAPABILITIES: &[(&str, u32)] = &[
    ("CAP_BPF", 39),
    ("CAP_PERFMON", 38),
    ("CAP_SYS_ADMIN", 21),
    ("CAP_SYS_PTRACE", 19),
    ("CAP_SYS_RESOURCE", 24),
    ("CAP_KILL", 5),
];

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Whether it can be used.
    pub available: bool,
    /// What was tried, or why it cannot be used.
    pub why: String,
}

impl Check {
    fn yes(why: impl Into<String>) -> Self {
        Self {
            available: true,
            why: why.into(),
        }
    }

    fn no(why: impl Into<String>) -> Self {
        Self {
            available: false,
            why: why.into(),
        }
    }

    fn of(result: Result<(), ProgramError>, done: &str) -> Self {
        match result {
            Ok(()) => Self::yes(done),
            Err(error) => Self::no(Refusal::of_program(&error).to_string()),
        }
    }
}

/// How cgroups are mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CgroupMode {
    /// Controllers in hierarchies of their own.
    V1,
    /// Both: the unified tree exists, controllers are elsewhere.
    Hybrid,
    /// Only the unified tree.
    V2,
    /// None is mounted.
    None,
}

/// What this host allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// Release of the kernel.
    pub kernel: String,
    /// How cgroups are mounted.
    pub cgroup_mode: CgroupMode,
    /// The security modules in use; empty when the list cannot be read.
    pub lsm_list: Vec<String>,
    /// Whether the user id is 0.
    pub root: Check,
    /// The kernel describes its types, with every field that the probes need.
    pub btf: Check,
    /// The probes can be attached.
    pub tp_btf: Check,
    /// The exact previous user of an execution is known.
    pub prepare_exec: Check,
    /// Functions can be traced by a trampoline.
    pub fentry: Check,
    /// An exec or open can be refused by a BPF security module.
    pub lsm: Check,
    /// Functions can be traced by a breakpoint.
    pub kprobe: Check,
    /// An open can be refused by fanotify.
    pub fanotify: Check,
    /// The privileges that the sensor and its reactions use.
    pub capabilities: Vec<Capability>,
}

/// One privilege.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Capability {
    /// Its name.
    pub name: &'static str,
    /// Whether this process has it.
    pub available: bool,
}

/// Tries everything; without an object nothing is loaded into the kernel.
#[must_use]
pub fn probe(object: Option<&[u8]>) -> Probe {
    let types = KernelTypes::running();
    let (btf, prepare_exec) = match &types {
        Ok(types) => (fields(types), prepare_exec(types)),
        Err(error) => (Check::no(chain(error)), Check::no("needs btf")),
    };
    let mut trial = Trial::open(object, types.as_ref().ok());
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    Probe {
        kernel: line("/proc/sys/kernel/osrelease"),
        cgroup_mode: cgroup_mode(&fs::read_to_string("/proc/self/mountinfo").unwrap_or_default()),
        lsm_list: lsm_list(&line("/sys/kernel/security/lsm")),
        root: root(&status),
        btf,
        tp_btf: trial.tracepoint(),
        prepare_exec,
        fentry: trial.fentry(),
        lsm: trial.lsm(),
        kprobe: trial.kprobe(),
        fanotify: match kernel::try_fanotify() {
            Ok(()) => Check::yes("a group for permission events was made"),
            Err(error) => Check::no(error.to_string()),
        },
        capabilities: capabilities(snapshot::capabilities(&status)),
    }
}

fn line(path: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.trim().to_owned()
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    Refusal::of(error).to_string()
}

fn fields(types: &KernelTypes) -> Check {
    match crate::offset::table(types) {
        Ok(_) => Check::yes("every field that the probes need is there"),
        Err(error) => Check::no(error.to_string()),
    }
}

fn prepare_exec(types: &KernelTypes) -> Check {
    if types.has_tracepoint("sched_prepare_exec") {
        Check::yes("the tracepoint sched_prepare_exec exists")
    } else {
        Check::no("no tracepoint sched_prepare_exec: the mode of the file tells instead")
    }
}

fn root(status: &str) -> Check {
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    match ids.and_then(|ids| ids.split_ascii_whitespace().nth(1)) {
        Some("0") => Check::yes("effective user id 0"),
        Some(id) => Check::no(format!("effective user id {id}")),
        None => Check::no("/proc/self/status cannot be read"),
    }
}

fn lsm_list(text: &str) -> Vec<String> {
    let names = text.split(',').filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

fn capabilities(effective: u64) -> Vec<Capability> {
    let has = |bit: u32| effective >> bit & 1 == 1;
    CAPABILITIES
        .iter()
        .map(|(name, bit)| Capability {
            name,
            available: has(*bit),
        })
        .collect()
}

/// The file system type stands after a lone `-`.
fn cgroup_mode(mounts: &str) -> CgroupMode {
    let mounted = |wanted: &str| {
        mounts.lines().any(|line| {
            let after = line.split_once(" - ").map(|(_, after)| after);
            after.and_then(|after| after.split(' ').next()) == Some(wanted)
        })
    };
    match (mounted("cgroup"), mounted("cgroup2")) {
        (true, true) => CgroupMode::Hybrid,
        (true, false) => CgroupMode::V1,
        (false, true) => CgroupMode::V2,
        (false, false) => CgroupMode::None,
    }
}

/// Programs that are loaded only to see whether the kernel takes them.
enum Trial {
    Ready { programs: Box<Ebpf>, btf: Box<Btf> },
    Off(String),
}

impl Trial {
    fn open(object: Option<&[u8]>, types: Option<&KernelTypes>) -> Self {
        let (Some(object), Some(types)) = (object, types) else {
            return Self::Off("not tried: there is no object of the probes, or no btf".to_owned());
        };
        let programs = match loader::prepare(object, types, TRIAL_RING) {
            Ok(programs) => Box::new(programs),
            Err(error) => return Self::Off(chain(&error)),
        };
        match Btf::from_sys_fs() {
            Ok(btf) => Self::Ready {
                programs,
                btf: Box::new(btf),
            },
            Err(error) => Self::Off(chain(&error)),
        }
    }

    fn try_one(
        &mut self,
        name: &str,
        done: &str,
        attach: impl FnOnce(&mut aya::programs::Program, &Btf) -> Result<(), ProgramError>,
    ) -> Check {
        match self {
            Self::Off(why) => Check::no(why.clone()),
            Self::Ready { programs, btf } => match programs.program_mut(name) {
                None => Check::no(format!("the object has no program {name}")),
                Some(program) => Check::of(attach(program, btf), done),
            },
        }
    }

    fn tracepoint(&mut self) -> Check {
        self.try_one("exec", "the exec probe was attached", |program, btf| {
            let probe: &mut BtfTracePoint = program.try_into()?;
            probe.load("sched_process_exec", btf)?;
            let link = probe.attach()?;
            probe.detach(link)
        })
    }

    fn fentry(&mut self) -> Check {
        self.try_one("trial_fentry", "do_exit was traced", |program, btf| {
            let probe: &mut FEntry = program.try_into()?;
            probe.load("do_exit", btf)?;
            let link = probe.attach()?;
            probe.detach(link)
        })
    }

    fn lsm(&mut self) -> Check {
        let done = "a program was attached to bprm_check_security";
        self.try_one("trial_lsm", done, |program, btf| {
            let probe: &mut Lsm = program.try_into()?;
            probe.load("bprm_check_security", btf)?;
            let link = probe.attach()?;
            probe.detach(link)
        })
    }

    fn kprobe(&mut self) -> Check {
        self.try_one("trial_kprobe", "do_exit was probed", |program, _| {
            let probe: &mut KProbe = program.try_into()?;
            probe.load()?;
            let link = probe.attach("do_exit", 0)?;
            probe.detach(link)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cgroup_mode_is_read_from_the_mounts() {
        let v1 = "30 29 0:25 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n";
        let v2 = "31 29 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
        assert_eq!(cgroup_mode(v1), CgroupMode::V1);
        assert_eq!(cgroup_mode(v2), CgroupMode::V2);
        assert_eq!(cgroup_mode(&format!("{v1}{v2}")), CgroupMode::Hybrid);
        assert_eq!(cgroup_mode(""), CgroupMode::None);
    }

    #[test]
    fn without_an_object_nothing_is_claimed() {
        let probe = probe(None);
        for check in [&probe.tp_btf, &probe.lsm, &probe.fentry, &probe.kprobe] {
            assert!(!check.available);
            assert!(!check.why.is_empty());
        }
        assert!(!probe.kernel.is_empty());
    }
}

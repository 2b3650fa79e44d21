//! The processes that run now, and who started whom.
//!
//! A child keeps what its parent was when it was cloned: the lineage that a rule asks for does not change
//! when the parent ends or starts another program.

use std::cell::OnceCell;
use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;

use merlon_model::{Exit, Fork, Process, ProcessSummary};

use crate::decode::{ExecRecord, ExitRecord, ForkRecord};
use crate::process::Host;

/// Most ancestors that are remembered.
pub(crate) const ANCESTORS: usize = 32;
/// Ends that are remembered, to tell a second record of the same end.
const ENDED: usize = 1024;

type Lineage = Arc<[Arc<ProcessSummary>]>;

struct Entry {
    /// Its `ancestors` are empty; `lineage` has them.
    process: Process,
    /// Made for the first child: most processes have none.
    summary: OnceCell<Arc<ProcessSummary>>,
    lineage: Lineage,
}

/// The tree.
pub(crate) struct Tree {
    host: Host,
    entries: HashMap<u32, Entry>,
    ended: VecDeque<(u32, u64)>,
    room: usize,
    forgotten: u64,
}

impl Tree {
    /// An empty tree for at most `room` processes.
    pub(crate) fn new(host: Host, room: usize) -> Self {
        Self {
            host,
            entries: HashMap::new(),
            ended: VecDeque::new(),
            room,
            forgotten: 0,
        }
    }

    /// The facts of the host.
    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    /// Processes that found no room.
    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Takes the processes that ran before the first record.
    pub(crate) fn adopt(&mut self, processes: Vec<Process>) {
        let running: HashMap<u32, Arc<ProcessSummary>> = processes
            .iter()
            .map(|process| (process.pid, Arc::new(process.summary())))
            .collect();
        let parents: HashMap<u32, u32> = processes.iter().map(|p| (p.pid, p.ppid)).collect();
        for process in processes {
            let mut lineage = Vec::new();
            let mut next = process.ppid;
            while let Some(parent) = running.get(&next)
                && lineage.len() < ANCESTORS
            {
                lineage.push(Arc::clone(parent));
                next = parents.get(&next).copied().unwrap_or(0);
            }
            self.keep(process, lineage.into());
        }
    }

    /// A program was started.
    pub(crate) fn exec(&mut self, record: ExecRecord) -> Process {
        let process = self.host.started(record);
        let lineage = match self.entries.get(&process.pid) {
            Some(before) => Arc::clone(&before.lineage),
            None => self.lineage_below(process.ppid),
        };
        self.keep(process, lineage)
    }

    /// A process was cloned.
    pub(crate) fn fork(&mut self, record: ForkRecord) -> Fork {
        let (ppid, from) = (record.ppid, record.from);
        let before = self.entries.get(&from).map(|entry| &entry.process);
        let process = self.host.cloned(record, before);
        let parent = if self.entries.contains_key(&ppid) {
            ppid
        } else {
            from
        };
        let lineage = self.lineage_below(parent);
        Fork {
            process: self.keep(process, lineage),
        }
    }

    /// A process ended; nothing when this end was told before.
    pub(crate) fn exit(&mut self, record: ExitRecord) -> Option<Exit> {
        let end = (record.pid, record.start);
        if self.ended.contains(&end) {
            return None;
        }
        if self.ended.len() >= ENDED {
            self.ended.pop_front();
        }
        self.ended.push_back(end);
        let process = match self.entries.remove(&record.pid) {
            Some(entry) => whole(entry.process, &entry.lineage),
            None => Process {
                exec_id: self.host.exec_id(record.pid, record.start),
                pid: record.pid,
                ppid: record.ppid,
                ..Process::default()
            },
        };
        Some(Exit {
            process,
            code: (record.status >> 8) & 0xff,
            signal: record.status & 0x7f,
        })
    }

    /// Forgets what no longer runs: the records of some ends were lost.
    pub(crate) fn sweep(&mut self) {
        self.entries
            .retain(|pid, _| Path::new("/proc").join(pid.to_string()).exists());
    }

    fn lineage_below(&self, parent: u32) -> Lineage {
        let Some(entry) = self.entries.get(&parent) else {
            return Arc::new([]);
        };
        let summary = || Arc::new(entry.process.summary());
        std::iter::once(entry.summary.get_or_init(summary))
            .chain(entry.lineage.iter())
            .take(ANCESTORS)
            .cloned()
            .collect()
    }

    /// Remembers the process and returns it with its ancestors.
    fn keep(&mut self, process: Process, lineage: Lineage) -> Process {
        let event = whole(process.clone(), &lineage);
        let pid = process.pid;
        if self.entries.len() >= self.room && !self.entries.contains_key(&pid) {
            self.forgotten += 1;
            return event;
        }
        let entry = Entry {
            process,
            summary: OnceCell::new(),
            lineage,
        };
        self.entries.insert(pid, entry);
        event
    }
}

fn whole(mut process: Process, lineage: &Lineage) -> Process {
    process.ancestors = lineage.iter().map(|parent| (**parent).clone()).collect();
    process
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fork(pid: u32, ppid: u32) -> ForkRecord {
        ForkRecord {
            pid,
            ppid,
            from: ppid,
            ..ForkRecord::default()
        }
    }

    fn exec(pid: u32, ppid: u32, exe: &str) -> ExecRecord {
        ExecRecord {
            pid,
            ppid,
            exe: exe.to_owned(),
            ..ExecRecord::default()
        }
    }

    fn exit(pid: u32, status: u32) -> ExitRecord {
        ExitRecord {
            pid,
            status,
            ..ExitRecord::default()
        }
    }

    fn ancestors(process: &Process) -> Vec<&str> {
        let names = process.ancestors.iter().map(|parent| parent.exe.as_str());
        names.collect()
    }

    fn tree() -> Tree {
        Tree::new(Host::default(), 100)
    }

    #[test]
    fn a_child_remembers_who_started_it_after_the_parent_is_gone() {
        let mut tree = tree();
        tree.exec(exec(2, 1, "/bin/sh"));
        tree.fork(fork(3, 2));
        tree.exit(exit(2, 0));
        let process = tree.exec(exec(3, 1, "/bin/id"));
        assert_eq!(ancestors(&process), ["/bin/sh"]);
    }

    #[test]
    fn a_cloned_child_runs_its_parents_program_until_it_starts_its_own() {
        let mut tree = tree();
        tree.exec(exec(2, 1, "/bin/sh"));
        let child = tree.fork(fork(3, 2)).process;
        assert_eq!(
            (child.exe.as_str(), child.pid, child.ppid),
            ("/bin/sh", 3, 2)
        );
        assert_eq!(ancestors(&child), ["/bin/sh"]);
        let ended = tree.exit(exit(3, 9)).unwrap();
        assert_eq!((ended.code, ended.signal), (0, 9));
        assert_eq!(ended.process.exec_id, child.exec_id);
    }

    #[test]
    fn the_program_of_a_sibling_clone_is_that_of_its_maker() {
        let mut tree = tree();
        tree.exec(exec(2, 1, "/bin/runc"));
        tree.fork(fork(3, 2));
        tree.exec(exec(3, 2, "/memfd:runc"));
        let record = ForkRecord {
            from: 3,
            ..fork(4, 2)
        };
        let child = tree.fork(record).process;
        assert_eq!(child.exe, "/memfd:runc");
        assert_eq!(ancestors(&child), ["/bin/runc"]);
    }

    #[test]
    fn a_second_record_of_one_end_is_told_apart() {
        let mut tree = tree();
        tree.fork(fork(3, 2));
        assert_eq!(tree.exit(exit(3, 256)).unwrap().code, 1);
        assert!(tree.exit(exit(3, 256)).is_none());
    }

    #[test]
    fn ancestors_and_processes_have_a_bound() {
        let mut tree = tree();
        for pid in 2..150 {
            let process = tree.fork(fork(pid, pid - 1)).process;
            assert!(process.ancestors.len() <= ANCESTORS);
        }
        assert_eq!(tree.entries.len(), 100);
        assert_eq!(tree.forgotten(), 48);
    }

    #[test]
    fn processes_that_ran_before_know_their_ancestors_even_in_a_circle() {
        let mut tree = tree();
        let process = |pid, ppid, exe: &str| Process {
            pid,
            ppid,
            exe: exe.to_owned(),
            ..Process::default()
        };
        tree.adopt(vec![
            process(1, 0, "/init"),
            process(5, 1, "/bin/sh"),
            process(8, 9, "/x"),
            process(9, 8, "/y"),
        ]);
        let child = tree.fork(fork(6, 5)).process;
        assert_eq!(ancestors(&child), ["/bin/sh", "/init"]);
        assert_eq!(tree.fork(fork(10, 8)).process.ancestors.len(), ANCESTORS);
    }
}

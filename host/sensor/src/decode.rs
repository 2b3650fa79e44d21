//! From bytes to records. The bytes are not trusted: every length is checked against what is there, and
//! any input gives a record or an error.

use std::mem::size_of;

use merlon_ebpf_abi as abi;
use merlon_model::Namespaces;

/// Why bytes are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Shorter than the fixed part of its kind.
    #[error("the record has {found} bytes, its fixed part {wanted}")]
    Short {
        /// Bytes there.
        found: usize,
        /// Bytes needed.
        wanted: usize,
    },
    /// The header and the ring disagree.
    #[error("the record says {said} bytes and has {found}")]
    Length {
        /// What the header says.
        said: u32,
        /// Bytes there.
        found: usize,
    },
    /// A kind that this sensor does not know.
    #[error("the record has the unknown kind {kind}")]
    Kind {
        /// The number.
        kind: u32,
    },
    /// A part of the tail is longer than the tail.
    #[error("the record's {part} is longer than the record")]
    Part {
        /// Which part.
        part: &'static str,
    },
}

/// What every record tells about its process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Task {
    /// Nanoseconds since boot at which the process was cloned.
    pub start: u64,
    /// Inode of the cgroup2 directory.
    pub cgroup_id: u64,
    /// Effective capabilities.
    pub capabilities: u64,
    /// Real user id.
    pub uid: u32,
    /// Effective user id.
    pub euid: u32,
    /// Real group id.
    pub gid: u32,
    /// Effective group id.
    pub egid: u32,
    /// Inodes of the namespaces.
    pub namespaces: Namespaces,
    /// The kernel's name.
    pub comm: String,
}

/// A program was started.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExecRecord {
    /// Process id.
    pub pid: u32,
    /// The real parent's process id.
    pub ppid: u32,
    /// Nanoseconds since boot.
    pub time: u64,
    /// The process after the change.
    pub task: Task,
    /// Bits of `merlon_ebpf_abi::flag`.
    pub flags: u32,
    /// Type and permission bits of the executable.
    pub exe_mode: u32,
    /// Effective user id before, when the flag says that it is known.
    pub previous_euid: u32,
    /// The arguments.
    pub argv: Vec<String>,
    /// The executable; without a leading `/` when its upper directories are unknown.
    pub exe: String,
    /// The working directory, likewise.
    pub cwd: String,
    /// The cgroup below its mount.
    pub cgroup: String,
    /// The controlling terminal, empty when there is none.
    pub tty: String,
}

/// A process was cloned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForkRecord {
    /// The child's process id.
    pub pid: u32,
    /// The real parent's process id.
    pub ppid: u32,
    /// Nanoseconds since boot.
    pub time: u64,
    /// The child.
    pub task: Task,
    /// The process whose program the child runs.
    pub from: u32,
    /// The child's cgroup below its mount.
    pub cgroup: String,
}

/// A process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExitRecord {
    /// Process id.
    pub pid: u32,
    /// The real parent's process id.
    pub ppid: u32,
    /// Nanoseconds since boot.
    pub time: u64,
    /// Nanoseconds since boot at which the process was cloned.
    pub start: u64,
    /// The wait status.
    pub status: u32,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants carry the names of their records")]
pub enum Record {
    Exec(Box<ExecRecord>),
    Fork(Box<ForkRecord>),
    Exit(ExitRecord),
}

/// The kind that the bytes claim; for counting what cannot be decoded.
pub(crate) fn claimed_kind(bytes: &[u8]) -> u32 {
    bytes
        .first_chunk()
        .map_or(0, |kind| u32::from_ne_bytes(*kind))
}

/// Reads one record.
///
/// # Errors
/// When the bytes are no record of a known kind.
pub fn decode(bytes: &[u8]) -> Result<Record, DecodeError> {
    let mut fields = Fields {
        bytes,
        found: bytes.len(),
        wanted: size_of::<abi::Header>(),
    };
    let header = header(&mut fields)?;
    if usize::try_from(header.length) != Ok(bytes.len()) {
        return Err(DecodeError::Length {
            said: header.length,
            found: bytes.len(),
        });
    }
    match header.kind {
        abi::kind::EXEC => exec(&header, fields).map(|record| Record::Exec(Box::new(record))),
        abi::kind::FORK => fork(&header, fields).map(|record| Record::Fork(Box::new(record))),
        abi::kind::EXIT => exit(&header, fields).map(Record::Exit),
        kind => Err(DecodeError::Kind { kind }),
    }
}

/// Takes fields from the front, in the order of the structure; the layouts have no padding.
struct Fields<'a> {
    bytes: &'a [u8],
    found: usize,
    wanted: usize,
}

impl<'a> Fields<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (field, rest) = self.bytes.split_first_chunk().ok_or(DecodeError::Short {
            found: self.found,
            wanted: self.wanted,
        })?;
        self.bytes = rest;
        Ok(*field)
    }

    fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_ne_bytes)
    }

    fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_ne_bytes)
    }

    fn part(&mut self, length: u32, part: &'static str) -> Result<&'a [u8], DecodeError> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let (bytes, rest) = self
            .bytes
            .split_at_checked(length)
            .ok_or(DecodeError::Part { part })?;
        self.bytes = rest;
        Ok(bytes)
    }
}

fn header(fields: &mut Fields<'_>) -> Result<abi::Header, DecodeError> {
    Ok(abi::Header {
        kind: fields.u32()?,
        length: fields.u32()?,
        time: fields.u64()?,
        pid: fields.u32()?,
        ppid: fields.u32()?,
    })
}

fn task(fields: &mut Fields<'_>) -> Result<Task, DecodeError> {
    Ok(Task {
        start: fields.u64()?,
        cgroup_id: fields.u64()?,
        capabilities: fields.u64()?,
        uid: fields.u32()?,
        euid: fields.u32()?,
        gid: fields.u32()?,
        egid: fields.u32()?,
        namespaces: Namespaces {
            mnt: fields.u32()?,
            pid: fields.u32()?,
            net: fields.u32()?,
            user: fields.u32()?,
        },
        comm: text(&fields.array::<16>()?),
    })
}

fn exec(header: &abi::Header, mut fields: Fields<'_>) -> Result<ExecRecord, DecodeError> {
    fields.wanted = size_of::<abi::ExecRecord>();
    let task = task(&mut fields)?;
    fields.u64()?;
    let (flags, exe_mode, previous_euid) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let (argv, exe, cwd) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let (cgroup, _reserved) = (fields.u32()?, fields.u32()?);
    let tty = text(&fields.array::<{ abi::TTY_MAX }>()?);
    let root = |partial| if flags & partial == 0 { "/" } else { "" };
    Ok(ExecRecord {
        pid: header.pid,
        ppid: header.ppid,
        time: header.time,
        task,
        flags,
        exe_mode,
        previous_euid,
        argv: arguments(fields.part(argv, "argument list")?),
        exe: path(
            fields.part(exe, "executable")?,
            root(abi::flag::EXE_PARTIAL),
        ),
        cwd: path(
            fields.part(cwd, "working directory")?,
            root(abi::flag::CWD_PARTIAL),
        ),
        cgroup: path(fields.part(cgroup, "cgroup")?, "/"),
        tty,
    })
}

fn fork(header: &abi::Header, mut fields: Fields<'_>) -> Result<ForkRecord, DecodeError> {
    fields.wanted = size_of::<abi::ForkRecord>();
    let task = task(&mut fields)?;
    let from = fields.u32()?;
    let length = fields.u32()?;
    let cgroup = fields.part(length, "cgroup")?;
    Ok(ForkRecord {
        pid: header.pid,
        ppid: header.ppid,
        time: header.time,
        task,
        from,
        cgroup: path(cgroup, "/"),
    })
}

fn exit(header: &abi::Header, mut fields: Fields<'_>) -> Result<ExitRecord, DecodeError> {
    fields.wanted = size_of::<abi::ExitRecord>();
    Ok(ExitRecord {
        pid: header.pid,
        ppid: header.ppid,
        time: header.time,
        start: fields.u64()?,
        status: fields.u32()?,
    })
}

/// Text up to the first zero byte.
fn text(bytes: &[u8]) -> String {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

/// The arguments, each ended by a zero byte; the last one of a cut list may lack it.
pub(crate) fn arguments(bytes: &[u8]) -> Vec<String> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    bytes
        .split(|byte| *byte == 0)
        .map(|argument| String::from_utf8_lossy(argument).into_owned())
        .collect()
}

/// Components leaf first, each ended by a zero byte, to a path.
fn path(bytes: &[u8], root: &str) -> String {
    let mut path = String::with_capacity(bytes.len().saturating_add(1));
    path.push_str(root);
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    for (index, component) in bytes.rsplit(|byte| *byte == 0).enumerate() {
        if index > 0 {
            path.push('/');
        }
        path.push_str(&String::from_utf8_lossy(component));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exec_bytes(argv: &[u8], exe: &[u8], lie: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let fixed = size_of::<abi::ExecRecord>();
        let length = u32::try_from(fixed + argv.len() + exe.len()).unwrap();
        for word in [abi::kind::EXEC, length] {
            bytes.extend_from_slice(&word.to_ne_bytes());
        }
        bytes.extend_from_slice(&5u64.to_ne_bytes());
        bytes.extend_from_slice(&7u32.to_ne_bytes());
        bytes.resize(24 + 56, 0);
        bytes.extend_from_slice(b"sh\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        bytes.resize(24 + 72 + 8 + 12, 0);
        let argv_length = u32::try_from(argv.len()).unwrap() + lie;
        bytes.extend_from_slice(&argv_length.to_ne_bytes());
        bytes.extend_from_slice(&u32::try_from(exe.len()).unwrap().to_ne_bytes());
        bytes.resize(fixed, 0);
        bytes.extend_from_slice(argv);
        bytes.extend_from_slice(exe);
        bytes
    }

    #[test]
    fn arguments_and_paths_are_put_together() {
        let bytes = exec_bytes(b"sh\0-c\0\0", b"sh\0bin\0usr\0", 0);
        let Ok(Record::Exec(record)) = decode(&bytes) else {
            panic!("no exec record");
        };
        assert_eq!(record.argv, ["sh", "-c", ""]);
        assert_eq!(record.exe, "/usr/bin/sh");
        assert_eq!(record.cwd, "/");
        assert_eq!((record.pid, record.time), (7, 5));
        assert_eq!(record.task.comm, "sh");
    }

    #[test]
    fn a_length_that_lies_is_refused() {
        let bytes = exec_bytes(b"sh\0", b"", 1);
        assert_eq!(
            decode(&bytes),
            Err(DecodeError::Part {
                part: "argument list"
            })
        );
        let bytes = exec_bytes(b"sh\0", b"", u32::MAX - 3);
        assert!(matches!(decode(&bytes), Err(DecodeError::Part { .. })));
    }

    #[test]
    fn no_prefix_and_no_changed_byte_panics() {
        let whole = exec_bytes(b"sh\0-c\0", b"sh\0bin\0", 0);
        for end in 0..whole.len() {
            assert!(decode(&whole[..end]).is_err());
        }
        for at in 0..whole.len() {
            for value in 0..=255 {
                let mut bytes = whole.clone();
                bytes[at] = value;
                // Any answer is right, as long as there is one.
                drop(decode(&bytes));
            }
        }
    }
}

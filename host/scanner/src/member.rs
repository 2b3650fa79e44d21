//! Archives within files: every member is a file of its own, `outer.zip!/inner/path`, and can be an
//! archive again.
//!
//! An archive is read front to back while its own bytes pass, whatever directory it has at its end: so
//! no byte of it is read twice, and members that overlap cannot exist.

mod checksum;
mod covered;
mod deb;
mod inflate;
mod spent;
mod xz;
mod zip;

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use merlon_model::FileEvent;

pub(crate) use self::covered::Covered;
use self::inflate::Gzip;
pub(crate) use self::inflate::Inflate;
pub(crate) use self::spent::Spent;
use self::spent::{Counted, Exhausted};
use self::xz::Xz;
use crate::file::Reading;
use crate::tar::{Entry, Kind, Streamed, Tar, TarError};

// 128 MiB, what `zstd --ultra -22` asks for.
const ZSTD_WINDOW_LOG: u32 = 27;
// Enough to see that a tar begins.
const PEEK: usize = 512;

/// How members are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Xz,
    Zstd,
    Zip,
    Tar,
    Deb,
}

impl Packing {
    /// What a file that begins like this is.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        match head {
            // Of the flags, three must be zero.
            [0x1f, 0x8b, 8, 0..0x20, ..] => Some(Self::Gzip),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [b'P', b'K', 3, 4, ..] => Some(Self::Zip),
            _ if is_tar(head) => Some(Self::Tar),
            _ if deb::is_deb(head) => Some(Self::Deb),
            _ => None,
        }
    }
}

/// The kind of an archive that cannot be opened here.
fn unopened(head: &[u8]) -> Option<&'static str> {
    match head {
        [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', ..] => Some("bzip2"),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some("7z"),
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Some("rar"),
        [0xed, 0xab, 0xee, 0xdb, ..] => Some("rpm"),
        [4, 0x22, 0x4d, 0x18, ..] => Some("lz4"),
        _ => None,
    }
}

fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar")
}

impl Reading<'_> {
    /// How the members of a file are packed, if it has any and they are wanted.
    pub(crate) fn packing(&mut self, outer: &FileEvent, head: &[u8]) -> Option<Packing> {
        let limit = self.scanner.limits.depth;
        if limit == 0 {
            return None;
        }
        let Some(packing) = Packing::of(head) else {
            if let Some(kind) = unopened(head) {
                self.stats.unopened(kind);
            }
            return None;
        };
        if self.depth >= limit {
            let reason =
                format!("it lies {limit} archives deep, and its members were not inspected");
            self.archive_problem(outer, reason);
            return None;
        }
        if self.depth == 0 {
            self.spent = Arc::new(Spent::new(head.len()));
        }
        Some(packing)
    }

    /// Reads the members of an archive, as far as its state and the limits allow.
    pub(crate) fn members(
        &mut self,
        packing: Packing,
        outer: &FileEvent,
        input: &mut dyn BufRead,
    ) -> Covered {
        self.depth += 1;
        let before = self.stats.members;
        let mut walk = Walk {
            reading: self,
            outer,
            covered: Covered::default(),
        };
        let walked = walk.archive(packing, &mut Input { input, at: 0 });
        let covered = walk.covered;
        self.depth -= 1;
        if let Err(error) = walked {
            self.report(outer, &error, self.stats.members - before);
        }
        covered
    }

    fn report(&mut self, outer: &FileEvent, error: &io::Error, gave: u64) {
        if is::<Elsewhere>(error) {
            return;
        }
        if is::<Exhausted>(error) {
            // The archives around it stop too; it is said once.
            if self.spent.report() {
                let reason = format!("{error}; what follows was not inspected");
                self.archive_problem(outer, reason);
            }
        } else if gave > 0 || wants_memory(error) {
            let reason = format!("it is broken: {error}; what follows was not inspected");
            self.archive_problem(outer, reason);
        } else {
            self.stats.broken_archives += 1;
        }
    }

    fn archive_problem(&mut self, outer: &FileEvent, reason: String) {
        let which = match &outer.layer {
            Some(layer) => format!("{} {}", layer.digest, outer.path),
            None => outer.path.clone(),
        };
        self.stats.problem("archive", which, reason);
    }
}

/// The archive itself cannot be read: whoever reads it says so, not those who read its members.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Elsewhere(String);

/// The error for those who read members.
pub(crate) fn elsewhere(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), Elsewhere(error.to_string()))
}

fn is<E: std::error::Error + Send + Sync + 'static>(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<E>())
}

// What is refused because of its dictionary is an archive, though nothing came out of it.
fn wants_memory(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::OutOfMemory || error.to_string().contains("memory")
}

/// The bytes of an archive.
struct Input<'i> {
    input: &'i mut dyn BufRead,
    /// Bytes read.
    at: u64,
}

impl Read for Input<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Input<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.at += bytes as u64;
        self.input.consume(bytes);
    }
}

/// One archive on its way.
struct Walk<'w, 's> {
    reading: &'w mut Reading<'s>,
    outer: &'w FileEvent,
    covered: Covered,
}

impl Walk<'_, '_> {
    fn archive(&mut self, packing: Packing, input: &mut Input<'_>) -> io::Result<()> {
        match packing {
            Packing::Zip => return self.zip(input),
            Packing::Tar => return self.tar(input, Passed::AsIs),
            Packing::Deb => return self.deb(input),
            Packing::Gzip => {
                let mut inflate = self.reading.inflaters.pop().unwrap_or_default();
                let walked = self.unpacked(&mut Gzip::new(input, &mut inflate));
                self.reading.inflaters.push(inflate);
                walked
            }
            Packing::Xz => self.unpacked(&mut Xz::new(input)),
            Packing::Zstd => self.unpacked(&mut zstd(&mut *input)?),
        }?;
        self.covered.add(0..input.at);
        Ok(())
    }

    // A compressed tar is one archive, anything else that is compressed is one member.
    fn unpacked(&mut self, reader: &mut dyn Read) -> io::Result<()> {
        let mut reader = self.counted(reader);
        let mut peek = Vec::with_capacity(PEEK);
        let peeked = reader.by_ref().take(PEEK as u64).read_to_end(&mut peek);
        let mut whole = peek.as_slice().chain(reader);
        if peeked.is_ok() && is_tar(&peek) {
            self.tar(&mut whole, Passed::Unpacked)?;
            // What is wrong with the whole is seen at its end.
            return io::copy(&mut whole, &mut io::sink()).map(drop);
        }
        let draft = self.draft(&unpacked_name(&self.outer.path));
        let read = self.member(draft, &mut whole);
        peeked.and(read)
    }

    fn tar(&mut self, input: &mut dyn Read, passed: Passed) -> io::Result<()> {
        let mut tar = Tar::new(Streamed(input), self.reading.scanner.limits.entries);
        while let Some(entry) = tar.next().map_err(broken)? {
            let name = String::from_utf8_lossy(&entry.path);
            match entry.kind {
                // Of a file with holes, what is stored is looked at as one file.
                Kind::File | Kind::Sparse => {
                    let draft = FileEvent {
                        size: entry.size,
                        mode: entry.mode,
                        uid: entry.uid,
                        ..self.draft(&name)
                    };
                    self.member(draft, &mut tar)?;
                    if passed == Passed::AsIs {
                        self.covered.add(span(&entry));
                    }
                }
                // A link has the content of a member that is read where it is.
                Kind::Directory | Kind::Hardlink(_) | Kind::Symlink(_) | Kind::Other => {}
            }
        }
        Ok(())
    }

    /// What is known of every member.
    fn draft(&self, name: &str) -> FileEvent {
        let name = name.get(..name.floor_char_boundary(self.reading.scanner.limits.path_length));
        let mut path = format!("{}!", self.outer.path);
        // Nothing is written, so a name that leads out of the archive only has to be told apart.
        let parts = name.unwrap_or_default().split('/');
        for part in parts.filter(|part| !matches!(*part, "" | "." | "..")) {
            path.push('/');
            path.push_str(part);
        }
        FileEvent {
            path,
            size: 0,
            mode: 0,
            content: None,
            ..self.outer.clone()
        }
    }

    fn member(&mut self, draft: FileEvent, reader: &mut dyn Read) -> io::Result<()> {
        self.reading.spent.member(&self.reading.scanner.limits)?;
        self.reading.file(draft, reader).map(drop)
    }

    fn counted<R: Read>(&self, reader: R) -> Counted<R> {
        Counted::new(reader, &self.reading.spent, &self.reading.scanner.limits)
    }
}

/// Whether the bytes of members are bytes of the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passed {
    AsIs,
    Unpacked,
}

fn span(entry: &Entry) -> std::ops::Range<u64> {
    entry.data..entry.data.saturating_add(entry.size)
}

fn broken(error: TarError) -> io::Error {
    match error {
        TarError::Io(error) => error,
        error => io::Error::new(io::ErrorKind::InvalidData, error),
    }
}

fn zstd<'r>(input: impl BufRead + 'r) -> io::Result<impl Read + 'r> {
    let mut decoder = zstd::Decoder::with_buffer(input)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(decoder)
}

// `x.log.gz` holds `x.log`.
fn unpacked_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let known = [".gz", ".xz", ".zst", ".zstd"];
    let short = known.iter().find_map(|suffix| name.strip_suffix(suffix));
    short
        .filter(|short| !short.is_empty())
        .unwrap_or(name)
        .to_owned()
}

//! A saved image in one tar file, whose parts are read where they lie. A compressed one is unpacked once,
//! into a file without a name: each part can only be reached through all before it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use crate::store::Store;
use crate::tar::{Entry, Kind, Source, Streamed, Tar, TarError};
use crate::unpack::unpack;
use crate::{Limits, ScanError};

// An image has a few parts a layer; an archive with more is none.
const MEMBERS: u64 = 20_000;
// Old `docker save` writes a link for a layer that an image has twice.
const LINKS: usize = 8;

enum Member {
    File { data: u64, size: u64 },
    Link(String),
}

/// What an archive is opened for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// To see what it is. A compressed one is unpacked for that, and left as soon as it has a name that
    /// does not belong.
    Recognise(fn(&str) -> bool),
    /// To read its parts.
    Read,
}

/// The index of an archive.
pub(crate) struct Archive {
    file: Arc<File>,
    packing: Packing,
    members: HashMap<String, Member>,
    limits: Limits,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    /// A part is reached by unpacking all that is before it.
    Compressed,
}

impl Archive {
    /// Indexes the archive; `None` when a name does not belong.
    pub(crate) fn open(
        path: &Path,
        limits: &Limits,
        purpose: Purpose,
    ) -> Result<Option<Self>, ScanError> {
        let read = |source| ScanError::Read {
            path: path.to_owned(),
            source,
        };
        let archive = |source| ScanError::Archive {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(read)?;
        let mut packing = packing(&mut file).map_err(read)?;
        let file = Arc::new(file);
        let whole = Part::new(&file, 0, u64::MAX);
        let mut kept = Arc::clone(&file);
        let members = match packing {
            Packing::Plain => {
                let source = Seeking::new(whole).map_err(read)?;
                index(&mut Tar::new(source, MEMBERS), |_| true)
            }
            Packing::Compressed => {
                let unpacked = unpack(whole, limits, Arc::default()).map_err(read)?;
                let (spool, like) = match purpose {
                    Purpose::Recognise(like) => (None, like),
                    Purpose::Read => (tempfile::tempfile().ok(), always as fn(&str) -> bool),
                };
                let unpacked = Spooling {
                    reader: unpacked,
                    spool,
                };
                let mut tar = Tar::new(Streamed(unpacked), MEMBERS);
                let members = index(&mut tar, like);
                if let Some(spool) = tar.into_source().0.spool {
                    packing = Packing::Plain;
                    kept = Arc::new(spool);
                }
                members
            }
        };
        let members = members.map_err(archive)?;
        Ok(members.map(|members| Self {
            file: kept,
            packing,
            members,
            limits: limits.clone(),
        }))
    }

    /// The archive has a part of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<(u64, u64)> {
        let mut name = name;
        for _ in 0..LINKS {
            match self.members.get(name)? {
                Member::File { data, size } => return Some((*data, *size)),
                Member::Link(target) => name = target,
            }
        }
        None
    }
}

impl Store for Archive {
    fn open(&self, name: &str, _: Option<u64>) -> io::Result<Box<dyn Read + Send + '_>> {
        let (data, size) = self.find(name).ok_or(io::ErrorKind::NotFound)?;
        if self.packing == Packing::Plain {
            return Ok(Box::new(Part::new(&self.file, data, size)));
        }
        let whole = Part::new(&self.file, 0, u64::MAX);
        let mut unpacked = unpack(whole, &self.limits, Arc::default())?;
        io::copy(&mut unpacked.by_ref().take(data), &mut io::sink())?;
        Ok(Box::new(unpacked.take(size)))
    }

    fn size(&self, name: &str) -> Option<u64> {
        self.find(name).map(|(_, size)| size)
    }
}

fn packing(file: &mut File) -> io::Result<Packing> {
    let mut magic = [0; 4];
    let read = file.read(&mut magic)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(match magic.get(..read) {
        Some([0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd]) => Packing::Compressed,
        _ => Packing::Plain,
    })
}

fn always(_: &str) -> bool {
    true
}

fn index<S: Source>(
    tar: &mut Tar<S>,
    like: fn(&str) -> bool,
) -> Result<Option<HashMap<String, Member>>, TarError> {
    let mut members = HashMap::new();
    while let Some(Entry {
        path,
        kind,
        size,
        data,
        ..
    }) = tar.next()?
    {
        let name = normal(&path);
        if !like(&name) {
            return Ok(None);
        }
        let member = match kind {
            Kind::File => Member::File { data, size },
            Kind::Hardlink(target) => Member::Link(normal(&target)),
            Kind::Symlink(target) => Member::Link(beside(&name, &target)),
            Kind::Directory | Kind::Sparse | Kind::Other => continue,
        };
        members.insert(name, member);
    }
    Ok(Some(members))
}

fn normal(path: &[u8]) -> String {
    let path = String::from_utf8_lossy(path);
    path.trim_start_matches("./").trim_matches('/').to_owned()
}

// The target of a link, seen from where the link is; it is only ever looked up in the index.
fn beside(name: &str, target: &[u8]) -> String {
    let target = String::from_utf8_lossy(target);
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A stretch of a file; several are read at the same time.
struct Part {
    file: Arc<File>,
    at: u64,
    left: u64,
}

impl Part {
    fn new(file: &Arc<File>, at: u64, left: u64) -> Self {
        let file = Arc::clone(file);
        Self { file, at, left }
    }
}

impl Read for Part {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let room = into.len().min(most);
        let room = into.get_mut(..room).unwrap_or_default();
        let read = self.file.read_at(room, self.at)?;
        self.at += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}

/// Keeps what was unpacked in a file without a name, so that the next part need not be unpacked again.
/// Without room for it, it is unpacked again after all.
struct Spooling<R> {
    reader: R,
    spool: Option<File>,
}

impl<R: Read> Read for Spooling<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        let piece = into.get(..read).unwrap_or_default();
        let kept = self.spool.as_mut().map(|spool| spool.write_all(piece));
        if let Some(Err(_)) = kept {
            self.spool = None;
        }
        Ok(read)
    }
}

/// An archive in a file, in which skipping is seeking.
struct Seeking {
    part: BufReader<Part>,
    at: u64,
    length: u64,
}

impl Seeking {
    fn new(part: Part) -> io::Result<Self> {
        Ok(Self {
            length: part.file.metadata()?.len(),
            part: BufReader::new(part),
            at: 0,
        })
    }
}

impl Read for Seeking {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.part.read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Source for Seeking {
    fn skip(&mut self, bytes: u64) -> io::Result<u64> {
        let passed = bytes.min(self.length.saturating_sub(self.at));
        self.at += passed;
        let buffered = self.part.buffer().len();
        match usize::try_from(passed) {
            Ok(passed) if passed <= buffered => self.part.consume(passed),
            _ => {
                self.part.consume(buffered);
                self.part.get_mut().at = self.at;
            }
        }
        Ok(passed)
    }
}

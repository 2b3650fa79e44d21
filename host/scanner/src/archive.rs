//! A saved image in one tar file, whose parts are read where they lie; nothing is unpacked to disk.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
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

/// The index of an archive.
pub(crate) struct Archive {
    path: PathBuf,
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
    /// Indexes the archive. A compressed one is unpacked for that: `None` as soon as a name is met that
    /// the caller does not like.
    pub(crate) fn open(
        path: &Path,
        limits: &Limits,
        like: fn(&str) -> bool,
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
        let packing = packing(&mut file).map_err(read)?;
        let members = match packing {
            Packing::Plain => {
                let source = Seeking::new(file).map_err(read)?;
                index(Tar::new(source, MEMBERS), |_| true)
            }
            Packing::Compressed => {
                let unpacked = unpack(file, limits, Arc::default()).map_err(read)?;
                index(Tar::new(Streamed(unpacked), MEMBERS), like)
            }
        };
        let members = members.map_err(archive)?;
        Ok(members.map(|members| Self {
            path: path.to_owned(),
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
        let mut file = File::open(&self.path)?;
        if self.packing == Packing::Plain {
            file.seek(SeekFrom::Start(data))?;
            return Ok(Box::new(file.take(size)));
        }
        let mut unpacked = unpack(file, &self.limits, Arc::default())?;
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

fn index<S: Source>(
    mut tar: Tar<S>,
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

/// An archive in a file, in which skipping is seeking.
struct Seeking {
    file: BufReader<File>,
    at: u64,
    length: u64,
}

impl Seeking {
    fn new(file: File) -> io::Result<Self> {
        Ok(Self {
            length: file.metadata()?.len(),
            file: BufReader::new(file),
            at: 0,
        })
    }
}

impl Read for Seeking {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Source for Seeking {
    fn skip(&mut self, bytes: u64) -> io::Result<u64> {
        let passed = bytes.min(self.length.saturating_sub(self.at));
        let distance = i64::try_from(passed).map_err(io::Error::other)?;
        self.file.seek_relative(distance)?;
        self.at += passed;
        Ok(passed)
    }
}

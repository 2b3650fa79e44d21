//! One file: its bytes pass the patterns, and what is worth an event becomes one.

use std::io::{self, BufReader, Read};
use std::sync::{Arc, OnceLock};

use merlon_matching::{DecodeBudget, DecodeScratch, Decoding, Scratch, Stream};
use merlon_model::{Body, Content, FileEvent, FileType, Hits};
use sha2::{Digest as _, Sha256};

use crate::batch::Batch;
use crate::content::{Beginning, Retained};
use crate::digest::Digest;
use crate::member::{Covered, Inflate, Spent, elsewhere};
use crate::{Demand, Scanner, Stats};

// What is read at once from a file that is not kept whole.
const PIECE: usize = 256 << 10;
// A file that can be opened again is kept up to here.
const KEPT: usize = 1 << 20;
// The memory of a file serves the next one, up to here: pages that are given back are dear to get again.
const ROOM: usize = 8 << 20;

/// Reads files, one after the other; each thread has its own.
pub(crate) struct Reading<'s> {
    pub(crate) scanner: &'s Scanner<'s>,
    pub(crate) stats: Stats,
    pub(crate) batch: Batch<'s>,
    /// One for the file that is read, and for each archive around it.
    desks: Vec<Desk>,
    pub(crate) inflaters: Vec<Inflate>,
    /// Archives around the file that is read.
    pub(crate) depth: usize,
    /// Of the outermost archive.
    pub(crate) spent: Arc<Spent>,
    /// Some pattern is looked for in encoded text too.
    decodes: bool,
}

/// Memory that one file after the other is read with.
#[derive(Default)]
struct Desk {
    head: Vec<u8>,
    piece: Vec<u8>,
    scratch: Scratch,
    decode: DecodeScratch,
}

/// What was seen of a file's bytes.
struct Seen {
    size: u64,
    hits: Vec<Hits>,
    /// Absent for a file that is wholly in the head.
    sha256: Option<Digest>,
    /// Why the rest was not seen.
    failed: Option<io::Error>,
}

impl<'s> Reading<'s> {
    pub(crate) fn new(scanner: &'s Scanner<'s>, batch: Batch<'s>) -> Self {
        Self {
            scanner,
            stats: Stats::default(),
            batch,
            desks: Vec::new(),
            inflaters: Vec::new(),
            depth: 0,
            spent: Arc::default(),
            decodes: scanner.patterns.has_places(),
        }
    }

    /// Reads one file to its end, and before that every file in it; `draft` says all that is known
    /// without its bytes. The event that it became is returned. When it cannot be read to its end, what
    /// was found until then is an event all the same.
    pub(crate) fn file(
        &mut self,
        draft: FileEvent,
        reader: &mut dyn Read,
    ) -> io::Result<Option<Arc<FileEvent>>> {
        let mut desk = self.desks.pop().unwrap_or_default();
        let mut seen = self.read(&draft, &mut desk, reader);
        let event = match seen.failed.take() {
            Some(error) => {
                if seen.size > 0 {
                    self.event(draft, seen, &mut desk.head, Extent::Part);
                }
                Err(error)
            }
            None => Ok(self.event(draft, seen, &mut desk.head, Extent::Whole)),
        };
        desk.head.clear();
        desk.head.shrink_to(ROOM);
        self.desks.push(desk);
        event
    }

    fn event(
        &mut self,
        mut draft: FileEvent,
        seen: Seen,
        head: &mut Vec<u8>,
        extent: Extent,
    ) -> Option<Arc<FileEvent>> {
        self.stats.count(seen.size, &seen.hits, self.depth);
        let reopened = draft.content.take();
        if seen.hits.is_empty() && self.scanner.demand == Demand::OnlyHits {
            return None;
        }
        // Of a file that was cut off only the beginning is known.
        let whole = extent == Extent::Whole && seen.size >= draft.size;
        let mut event = Arc::new(FileEvent {
            size: seen.size,
            file_type: file_type(head),
            hits: seen.hits,
            content: None,
            ..draft
        });
        if !self.scanner.judge.wants_file(&event) {
            return None;
        }
        let known = Arc::make_mut(&mut event);
        let (content, bytes): (Arc<dyn Content>, usize) = match reopened {
            Some(content) if seen.size > head.len() as u64 => {
                let beginning = Beginning {
                    content,
                    size: seen.size,
                    readable: self.scanner.limits.readable,
                };
                (Arc::new(beginning), 0)
            }
            _ => retain(head, seen.size),
        };
        known.sha256 = match (whole, seen.sha256) {
            (false, _) => OnceLock::from(None),
            (true, Some(digest)) => OnceLock::from(Some(digest.hex())),
            // It is taken when somebody asks.
            (true, None) => OnceLock::new(),
        };
        known.content = Some(content);
        self.batch.push(Body::File(Arc::clone(&event)), bytes);
        Some(event)
    }

    fn read(&mut self, draft: &FileEvent, desk: &mut Desk, reader: &mut dyn Read) -> Seen {
        let retained = match draft.content {
            Some(_) => self.scanner.limits.retained.min(KEPT),
            None => self.scanner.limits.retained,
        };
        // Doubling on the way would take twice the memory of a large file, and growing would copy the last.
        let expected = usize::try_from(draft.size).unwrap_or(retained);
        let expected = expected.min(retained).saturating_add(1);
        if desk.head.capacity() < expected {
            desk.head = Vec::with_capacity(expected);
        }
        let mut beginning = Read::take(&mut *reader, retained as u64);
        let failed = beginning.read_to_end(&mut desk.head).err();
        if failed.is_none() && desk.head.len() == retained {
            return self.streamed(draft, desk, reader);
        }
        Seen {
            size: desk.head.len() as u64,
            hits: self.in_memory(draft, desk),
            sha256: None,
            failed,
        }
    }

    fn in_memory(&mut self, draft: &FileEvent, desk: &mut Desk) -> Vec<Hits> {
        let covered = match self.packing(draft, &desk.head) {
            Some(packing) => self.members(packing, draft, &mut desk.head.as_slice()),
            None => Covered::default(),
        };
        if covered.is_all_of(desk.head.len()) && !desk.head.is_empty() {
            return Vec::new();
        }
        let (patterns, path) = (self.scanner.patterns, draft.path.as_str());
        let mut hits = patterns.scan(path, &desk.head, &mut desk.scratch);
        if self.decodes {
            let decoded = patterns.decode(path, &desk.head, &mut desk.decode);
            self.stats.undecoded += decoded.skipped;
            hits = decoded.merge(hits);
        }
        covered.leave_out(&mut hits);
        hits
    }

    fn streamed(&mut self, draft: &FileEvent, desk: &mut Desk, reader: &mut dyn Read) -> Seen {
        let packing = self.packing(draft, &desk.head);
        let (patterns, path) = (self.scanner.patterns, draft.path.as_str());
        let budget = DecodeBudget::default();
        let mut observed = Observed {
            reader,
            size: 0,
            stream: patterns.stream(path, &mut desk.scratch),
            decoding: self
                .decodes
                .then(|| patterns.decoding(path, budget, &mut desk.decode)),
            // A file that can be read again is hashed when somebody wants to know.
            hasher: draft.content.is_none().then(Sha256::new),
            stored: (self.depth == 0).then(|| Arc::clone(&self.spent)),
            failed: None,
        };
        observed.see(&desk.head);
        let mut covered = Covered::default();
        if let Some(packing) = packing {
            let rest = BufReader::with_capacity(PIECE, &mut observed);
            let mut input = desk.head.as_slice().chain(rest);
            covered = self.members(packing, draft, &mut input);
        }
        desk.piece.resize(PIECE, 0);
        while let Ok(1..) = observed.read(&mut desk.piece) {}
        let mut hits = observed.stream.finish();
        if let Some(decoding) = observed.decoding {
            let decoded = decoding.finish();
            self.stats.undecoded += decoded.skipped;
            hits = decoded.merge(hits);
        }
        covered.leave_out(&mut hits);
        Seen {
            size: observed.size,
            hits,
            sha256: observed.hasher.map(Digest::from),
            failed: observed.failed,
        }
    }

    /// Hands over what is left and gives the counts.
    pub(crate) fn finish(mut self) -> Stats {
        self.stats.events = self.batch.flush();
        let lost = self.batch.lost();
        if lost > 0 {
            let reason = "what was remembered of them cannot be read; empty the cache";
            self.stats
                .problem("layers", format!("{lost} files"), reason);
        }
        self.stats
    }
}

/// How much of a file was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Part,
}

// A small file is copied, so that its memory serves the next one; a large one is given away.
fn retain(head: &mut Vec<u8>, size: u64) -> (Arc<dyn Content>, usize) {
    let head = match head.len() > KEPT {
        true => std::mem::take(head).into_boxed_slice(),
        false => head.as_slice().into(),
    };
    let bytes = head.len();
    (Arc::new(Retained { head, size }), bytes)
}

/// A file that is too large to be kept: its bytes are seen while whoever wants them reads them.
struct Observed<'o> {
    reader: &'o mut dyn Read,
    size: u64,
    stream: Stream<'o>,
    decoding: Option<Decoding<'o>>,
    hasher: Option<Sha256>,
    /// Told how much of the outermost archive was read.
    stored: Option<Arc<Spent>>,
    failed: Option<io::Error>,
}

impl Observed<'_> {
    fn see(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        self.stream.push(bytes);
        if let Some(decoding) = &mut self.decoding {
            decoding.push(bytes);
        }
    }
}

impl Read for Observed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = &self.failed {
            return Err(elsewhere(error));
        }
        match self.reader.read(into) {
            Ok(read) => {
                self.see(into.get(..read).unwrap_or_default());
                if let Some(stored) = &self.stored {
                    stored.store(read);
                }
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(elsewhere(self.failed.insert(error))),
        }
    }
}

const ARCHIVES: [&[u8]; 9] = [
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xfd7zXZ\0",
    b"BZh",
    b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf\x27\x1c",
    b"!<arch>\n",
    b"Rar!\x1a\x07",
];

/// What a file is, told from its first bytes.
#[must_use]
pub fn file_type(head: &[u8]) -> FileType {
    if head.is_empty() {
        return FileType::Empty;
    }
    if head.starts_with(b"\x7fELF") {
        return FileType::Elf;
    }
    if head.starts_with(b"#!") {
        return FileType::Script;
    }
    let tar = head.get(257..262) == Some(b"ustar");
    if tar || ARCHIVES.iter().any(|magic| head.starts_with(magic)) {
        return FileType::Archive;
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return FileType::Text;
    }
    let sample = head.get(..4096).unwrap_or(head);
    let odd = |byte: &&u8| matches!(byte, 1..=8 | 14..=26 | 28..=31 | 127);
    let odd = sample.iter().filter(odd).count();
    if sample.contains(&0) || odd * 20 > sample.len() {
        return FileType::Binary;
    }
    FileType::Text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_say_what_a_file_is() {
        let cases: [(&[u8], FileType); 8] = [
            (b"", FileType::Empty),
            (b"\x7fELF\x02", FileType::Elf),
            (b"#!/bin/sh\n", FileType::Script),
            (b"PK\x03\x04....", FileType::Archive),
            (b"key = value\n", FileType::Text),
            ("\u{fc}ber\n".as_bytes(), FileType::Text),
            (b"\x89PNG\r\n\x1a\n\0\0\0\r", FileType::Binary),
            (b"\xff\xfea\0b\0", FileType::Text),
        ];
        for (head, expected) in cases {
            assert_eq!(file_type(head), expected, "{head:?}");
        }
    }
}

//! One file: its bytes pass the patterns, and what is worth an event becomes one.

use std::io::{self, Read};
use std::sync::Arc;

use merlon_matching::Scratch;
use merlon_model::{Body, Content, FileEvent, FileType, Hits};
use sha2::{Digest as _, Sha256};

use crate::batch::Batch;
use crate::content::Retained;
use crate::digest::Digest;
use crate::{Demand, Scanner, Stats};

// What is read at once from a file that is not kept whole.
const PIECE: usize = 256 << 10;

/// Reads files, one after the other; each thread has its own.
pub(crate) struct Reading<'s> {
    pub(crate) scanner: &'s Scanner<'s>,
    pub(crate) stats: Stats,
    pub(crate) batch: Batch<'s>,
    scratch: Scratch,
    head: Vec<u8>,
    piece: Vec<u8>,
}

/// What was seen of a file's bytes.
struct Seen {
    size: u64,
    hits: Vec<Hits>,
    /// Absent for a file that is wholly in `head`.
    sha256: Option<Digest>,
}

impl<'s> Reading<'s> {
    pub(crate) fn new(scanner: &'s Scanner<'s>, batch: Batch<'s>) -> Self {
        Self {
            scanner,
            stats: Stats::default(),
            batch,
            scratch: Scratch::new(),
            head: Vec::new(),
            piece: Vec::new(),
        }
    }

    /// Reads one file to its end; `draft` says all that is known without its bytes. The event that it
    /// became is returned.
    pub(crate) fn file(
        &mut self,
        draft: FileEvent,
        reader: &mut dyn Read,
    ) -> io::Result<Option<Arc<FileEvent>>> {
        let seen = self.read(&draft.path, reader)?;
        self.stats.files += 1;
        self.stats.bytes += seen.size;
        for hits in &seen.hits {
            self.stats.hits += hits.hits.len() as u64;
            self.stats.suppressed += hits.suppressed;
        }
        if seen.hits.is_empty() && self.scanner.demand == Demand::OnlyHits {
            return Ok(None);
        }
        // Of a file that was cut off only the beginning is known.
        let whole = seen.size >= draft.size;
        let sha256 = whole.then(|| seen.sha256.unwrap_or_else(|| Digest::of(&self.head)));
        let (content, bytes): (Arc<dyn Content>, usize) = match draft.content {
            Some(content) if seen.size > self.head.len() as u64 => (content, 0),
            _ => (self.retain(seen.size), self.head.len()),
        };
        let event = Arc::new(FileEvent {
            size: seen.size,
            file_type: file_type(&self.head),
            sha256: sha256.map(|digest| digest.hex()),
            hits: seen.hits,
            content: Some(content),
            ..draft
        });
        self.batch.push(Body::File(Arc::clone(&event)), bytes);
        Ok(Some(event))
    }

    fn retain(&self, size: u64) -> Arc<dyn Content> {
        let head = self.head.as_slice().into();
        Arc::new(Retained { head, size })
    }

    fn read(&mut self, path: &str, reader: &mut dyn Read) -> io::Result<Seen> {
        self.head.clear();
        let retained = self.scanner.limits.retained as u64;
        let mut beginning = Read::take(&mut *reader, retained);
        beginning.read_to_end(&mut self.head)?;
        self.piece.resize(PIECE, 0);
        let patterns = self.scanner.patterns;
        let mut read = match self.head.len() as u64 == retained {
            true => reader.read(&mut self.piece)?,
            false => 0,
        };
        if read == 0 {
            return Ok(Seen {
                size: self.head.len() as u64,
                hits: patterns.scan(path, &self.head, &mut self.scratch),
                sha256: None,
            });
        }
        let mut size = self.head.len() as u64;
        let mut hasher = Sha256::new_with_prefix(&self.head);
        let mut stream = patterns.stream(path, &mut self.scratch);
        stream.push(&self.head);
        while read > 0 {
            let piece = self.piece.get(..read).unwrap_or_default();
            hasher.update(piece);
            stream.push(piece);
            size += read as u64;
            read = reader.read(&mut self.piece)?;
        }
        Ok(Seen {
            size,
            hits: stream.finish(),
            sha256: Some(Digest::from(hasher)),
        })
    }

    /// Hands over what is left and gives the counts.
    pub(crate) fn finish(mut self) -> Stats {
        self.stats.events = self.batch.flush();
        self.stats
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
pub(crate) fn file_type(head: &[u8]) -> FileType {
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

//! Layers that were judged before. A layer is named by its digest, so what was found in it is found in it
//! wherever it lies: it is neither fetched nor unpacked again.
//!
//! Only a layer that was read to its end without any problem, and of which every rule could judge every
//! event, is remembered. What the layers above do to it is worked out anew. That the bytes have the digest
//! by which a layer is named is not checked again: whoever runs the image refuses other ones.

use std::sync::{Mutex, MutexGuard, PoisonError};

use merlon_cache::Cabinet;
use merlon_model::{FileEvent, FileType};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::layer::Layer;
use crate::listing::Listing;
use crate::{Scanner, Stats};

/// Bytes of all layers that are remembered; most take a hundred KiB.
const CAPACITY: u64 = 512 << 20;
/// Bytes of one layer's memory, unpacked.
const LARGEST: usize = 256 << 20;
// Written into the names: entries of another form are never read.
const FORM: &str = "1";
const LEVEL: i32 = 1;

/// What an event is about, without what belongs to one image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// Which path of the listing.
    pub(crate) entry: u32,
    path: String,
    size: u64,
    mode: u32,
    uid: u32,
    file_type: FileType,
    sha256: Option<String>,
    /// What the judge wants to be told when it is asked again.
    pub(crate) answer: String,
}

/// What a layer came to.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) stats: Stats,
    pub(crate) events: Vec<Facts>,
    #[serde(skip)]
    pub(crate) listing: Vec<u8>,
}

/// What is noted about the layers of one image while they are judged.
pub(crate) struct Ledger<'m> {
    kept: Option<(&'m Cabinet, String)>,
    notes: Mutex<Vec<Note>>,
}

#[derive(Default)]
struct Note {
    events: Vec<Facts>,
    /// Present when the layer was read without a problem.
    read: Option<(Stats, Listing)>,
    /// Some event was not judged in full.
    doubtful: bool,
}

impl Facts {
    pub(crate) fn event(&self, layer: FileEvent) -> FileEvent {
        FileEvent {
            path: self.path.clone(),
            size: self.size,
            mode: self.mode,
            uid: self.uid,
            file_type: self.file_type,
            sha256: self.sha256.clone().into(),
            ..layer
        }
    }
}

impl<'m> Ledger<'m> {
    pub(crate) fn new(scanner: &Scanner<'m>, layers: usize) -> Self {
        let identity = scanner.judge.identity();
        let kept = scanner.memory.zip(identity).map(|(cabinet, identity)| {
            let circumstances = (&scanner.limits, scanner.demand);
            (cabinet, format!("{FORM} {identity} {circumstances:?}"))
        });
        let mut notes = Vec::new();
        notes.resize_with(layers, Note::default);
        Self {
            kept,
            notes: Mutex::new(notes),
        }
    }

    /// Somebody wants to know what a judge found.
    pub(crate) fn is_open(&self) -> bool {
        self.kept.is_some()
    }

    /// What is known of a layer.
    pub(crate) fn recall(&self, layer: &Layer) -> Option<Known> {
        let (cabinet, circumstances) = self.kept.as_ref()?;
        let name = name(circumstances, layer)?;
        let known = Known::from_bytes(&cabinet.get(&name)?)?;
        cabinet.touch(&name);
        Some(known)
    }

    /// What a judge said about an event of a layer; nothing when it could not judge it in full.
    pub(crate) fn note(&self, layer: u16, entry: u32, file: &FileEvent, answer: Option<Vec<u8>>) {
        let mut notes = self.notes();
        let Some(note) = notes.get_mut(usize::from(layer)) else {
            return;
        };
        match answer.map(String::from_utf8) {
            Some(Ok(answer)) if answer.is_empty() => {}
            Some(Ok(answer)) => note.events.push(Facts {
                entry,
                path: file.path.clone(),
                size: file.size,
                mode: file.mode,
                uid: file.uid,
                file_type: file.file_type,
                sha256: file.sha256().map(str::to_owned),
                answer,
            }),
            Some(Err(_)) | None => note.doubtful = true,
        }
    }

    /// A layer was read without a problem.
    pub(crate) fn read(&self, layer: u16, stats: Stats, listing: Listing) {
        if let Some(note) = self.notes().get_mut(usize::from(layer)) {
            note.read = Some((stats, listing));
        }
    }

    /// Remembers what was read and judged in full.
    pub(crate) fn close(self, layers: &[Layer]) {
        let Some((cabinet, circumstances)) = &self.kept else {
            return;
        };
        let notes = std::mem::take(&mut *self.notes());
        let mut kept = false;
        for (mut note, layer) in notes.into_iter().zip(layers) {
            note.events.sort_by_key(|facts| facts.entry);
            let (Some((stats, listing)), false) = (note.read, note.doubtful) else {
                continue;
            };
            let known = Known {
                stats,
                events: note.events,
                listing: listing.bytes().to_vec(),
            };
            if let (Some(name), Some(bytes)) = (name(circumstances, layer), known.to_bytes()) {
                // What cannot be kept is read again.
                kept |= cabinet.put(&name, &bytes).is_ok();
            }
        }
        if kept {
            // As above.
            drop(cabinet.prune(CAPACITY));
        }
    }

    fn notes(&self) -> MutexGuard<'_, Vec<Note>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of a layer's entry; a layer without a digest has none.
fn name(circumstances: &str, layer: &Layer) -> Option<String> {
    let named = &layer.reference;
    Digest::parse(&named.digest).ok()?;
    let text = format!("{circumstances} {} {}", named.digest, named.diff_id);
    Some(format!("{}.layer", Digest::of(text.as_bytes()).hex()))
}

impl Known {
    fn to_bytes(&self) -> Option<Vec<u8>> {
        let head = serde_json::to_vec(self).ok()?;
        let mut bytes = u64::try_from(head.len()).ok()?.to_le_bytes().to_vec();
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(&self.listing);
        if bytes.len() > LARGEST {
            return None;
        }
        zstd::bulk::compress(&bytes, LEVEL).ok()
    }

    fn from_bytes(packed: &[u8]) -> Option<Self> {
        let bytes = zstd::bulk::decompress(packed, LARGEST).ok()?;
        let (length, rest) = bytes.split_first_chunk()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (head, listing) = rest.split_at_checked(length)?;
        let known: Self = serde_json::from_slice(head).ok()?;
        Some(Self {
            listing: listing.to_vec(),
            ..known
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_back_is_what_was_written() {
        let known = Known {
            stats: Stats {
                files: 7,
                ..Stats::default()
            },
            events: vec![Facts {
                entry: 3,
                path: "/etc/x".to_owned(),
                size: 9,
                mode: 0o644,
                uid: 0,
                file_type: FileType::Text,
                sha256: None,
                answer: "[]".to_owned(),
            }],
            listing: vec![1, 2, 3],
        };
        let back = known.to_bytes().and_then(|bytes| Known::from_bytes(&bytes));
        assert_eq!(format!("{back:?}"), format!("{:?}", Some(known)));
    }

    #[test]
    fn what_is_no_entry_is_none() {
        for bytes in [&b""[..], b"x", &[0x28, 0xb5, 0x2f, 0xfd, 0, 0]] {
            assert!(Known::from_bytes(bytes).is_none());
        }
    }
}

//! One layer: its entries become file events, and hide what is below.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use merlon_model::{Body, FileEvent, ImageRef, LayerRef, chain};

use crate::digest::Digest;
use crate::document::Place;
use crate::file::Reading;
use crate::image::Stored;
use crate::listing::Listing;
use crate::memory::Known;
use crate::pieces::{Advancing, Pieces, Unpacked, pair};
use crate::shadow::{Keys, Mark, Names, Paths};
use crate::store::Store;
use crate::tar::{Entry, Kind, Streamed, Tar, TarError};
use crate::{Limits, Stats};

// Events that hard links of the same layer can name, and the content that is kept for them.
const LINKABLE: usize = 16_384;
const LINKABLE_BYTES: u64 = 8 << 20;

// Characters of a path that a problem shows.
const SHOWN: usize = 200;

const WHITEOUT: &[u8] = b".wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";
const WHITEOUT_OF_AUFS: &[u8] = b".wh..wh.";

/// A layer of a saved image.
pub(crate) struct Layer {
    pub(crate) index: u16,
    pub(crate) reference: Arc<LayerRef>,
    pub(crate) stored: Stored,
}

/// Where the layers of an image come from.
pub(crate) struct Source<'i> {
    pub(crate) store: &'i dyn Store,
    pub(crate) image: &'i Arc<ImageRef>,
    pub(crate) names: &'i Names,
    /// Bytes that the layers unpacked to so far.
    pub(crate) spent: Arc<AtomicU64>,
}

/// Reads one layer: its files become events, and the paths that it brings or takes away are returned.
/// What layers above do to it is no concern here.
pub(crate) fn read(
    reading: &mut Reading<'_>,
    source: &Source<'_>,
    layer: &Layer,
) -> (Paths, Listing) {
    let which = &layer.reference.digest;
    let stored = match source.store.open(&layer.stored.name, layer.stored.size) {
        Ok(stored) => stored,
        Err(error) => {
            let reason = match layer.stored.place {
                Place::Here => chain(&error),
                Place::Foreign => format!("it is kept elsewhere, and was not inspected: {error}"),
            };
            reading.stats.problem("layer", which, reason);
            return Default::default();
        }
    };
    let scanner = reading.scanner;
    let (unpacker, pieces) = pair();
    let mut walk = Walk {
        reading,
        source,
        layer,
        paths: Paths::default(),
        listing: Listing::default(),
        linkable: HashMap::new(),
        linkable_bytes: 0,
    };
    let (unpacked, walked) = std::thread::scope(|scope| {
        let ahead = scope.spawn(|| {
            let progress = scanner.progress.layer(which, layer.stored.size);
            let reader = Advancing {
                reader: stored,
                progress,
            };
            unpacker.run(reader, &scanner.limits, Arc::clone(&source.spent))
        });
        let walked = walk.run(Tar::new(Streamed(pieces), scanner.limits.entries));
        (ahead.join().ok().flatten(), walked)
    });
    let (paths, listing) = (walk.paths, walk.listing);
    reading.stats.layers += 1;
    if let Err(error) = walked {
        reading.stats.problem("layer", which, with_cause(&error));
    }
    for reason in unpacked
        .iter()
        .flat_map(|unpacked| differences(layer, unpacked))
    {
        reading.stats.problem("layer", which, reason);
    }
    (paths, listing)
}

/// The same for a layer of which is known what is in it.
pub(crate) fn recall(
    reading: &mut Reading<'_>,
    source: &Source<'_>,
    layer: &Layer,
    known: Known,
) -> Paths {
    let mut paths = Paths::default();
    let mut events = known.events.into_iter().peekable();
    let mut number = 0;
    let names = source.names;
    let whole = Listing::read(&known.listing, |mark, path| {
        let components = path.split(|byte| *byte == b'/');
        let keys = names.keys(components.filter(|component| !component.is_empty()));
        paths.mark(names, &keys, mark);
        while let Some(facts) = events.next_if(|facts| facts.entry == number) {
            reading.batch.about(&keys, number);
            let event = facts.event(place(source.image, layer));
            let body = Body::File(Arc::new(event));
            reading.batch.push_known(body, facts.answer);
        }
        number += 1;
    });
    if whole.is_none() || events.next().is_some() {
        let reason = "what was remembered of it cannot be read; empty the cache";
        let which = &layer.reference.digest;
        reading.stats.problem("layer", which, reason);
    }
    reading.stats.merge(Stats {
        layers_recalled: 1,
        ..known.stats
    });
    paths
}

// It is visible as long as no layer above is known to hide it.
fn place(image: &Arc<ImageRef>, layer: &Layer) -> FileEvent {
    FileEvent {
        image: Some(Arc::clone(image)),
        layer: Some(Arc::clone(&layer.reference)),
        visible: true,
        ..FileEvent::default()
    }
}

fn with_cause(error: &TarError) -> String {
    match error {
        TarError::Io(source) => format!("it cannot be unpacked: {}", chain(source)),
        other => format!("{other}; what follows was not inspected"),
    }
}

fn differences(layer: &Layer, unpacked: &Unpacked) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(size) = layer.stored.size.filter(|size| *size != unpacked.size) {
        let found = unpacked.size;
        reasons.push(format!("it has {found} bytes, and {size} are announced"));
    }
    if let Some(Err(error)) = layer
        .stored
        .digest
        .map(|named| named.check(unpacked.digest))
    {
        reasons.push(error.to_string());
    }
    let diff_id = &layer.reference.diff_id;
    if !diff_id.is_empty() {
        let checked = Digest::parse(diff_id).and_then(|named| named.check(unpacked.diff_id));
        reasons.extend(
            checked
                .err()
                .map(|error| format!("its tar is not what is announced: {error}")),
        );
    }
    reasons
}

struct Walk<'w, 's> {
    reading: &'w mut Reading<'s>,
    source: &'w Source<'w>,
    layer: &'w Layer,
    paths: Paths,
    listing: Listing,
    linkable: HashMap<u64, Arc<FileEvent>>,
    linkable_bytes: u64,
}

type LayerTar = Tar<Streamed<Pieces>>;

impl Walk<'_, '_> {
    fn run(&mut self, mut tar: LayerTar) -> Result<(), TarError> {
        let walked = self.entries(&mut tar);
        // The digests are those of all bytes, whatever the tar says.
        let rest = io::copy(&mut tar.into_source(), &mut io::sink());
        walked.and(rest.map(drop).map_err(TarError::Io))
    }

    fn entries(&mut self, tar: &mut LayerTar) -> Result<(), TarError> {
        while let Some(entry) = tar.next()? {
            match components(&entry.path, &self.reading.scanner.limits) {
                Ok(components) => self.entry(tar, &entry, &components)?,
                Err(reason) => self.problem(&shown(&[&entry.path]), reason),
            }
        }
        Ok(())
    }

    fn problem(&mut self, path: &str, reason: impl ToString) {
        let path: String = path.chars().take(SHOWN).collect();
        let which = format!("{} {path}", self.layer.reference.digest);
        self.reading.stats.problem("entry", which, reason);
    }

    fn entry(
        &mut self,
        tar: &mut LayerTar,
        entry: &Entry,
        components: &[&[u8]],
    ) -> Result<(), TarError> {
        let Some((name, parents)) = components.split_last() else {
            return Ok(());
        };
        if name.starts_with(WHITEOUT) {
            self.whiteout(name, parents);
            return Ok(());
        }
        let keys = self.source.names.keys(components.iter().copied());
        let path = shown(components);
        if entry.kind == Kind::Directory {
            self.mark(&keys, Mark::Directory, components);
            return Ok(());
        }
        if self.paths.has_leaf(keys.own()) {
            self.reading.stats.duplicates += 1;
        }
        let number = self.mark(&keys, Mark::Leaf, components);
        self.reading.batch.about(&keys, number);
        match &entry.kind {
            // Of a file with holes the bytes between them are stored, one behind the other.
            Kind::File | Kind::Sparse => self.file(tar, self.draft(entry, path), &keys),
            Kind::Hardlink(target) => {
                self.hard_link(target, self.draft(entry, path));
                Ok(())
            }
            Kind::Directory | Kind::Symlink(_) | Kind::Other => Ok(()),
        }
    }

    fn mark(&mut self, keys: &Keys, mark: Mark, components: &[&[u8]]) -> u32 {
        self.paths.mark(self.source.names, keys, mark);
        self.listing.push(mark, components)
    }

    fn draft(&self, entry: &Entry, path: String) -> FileEvent {
        FileEvent {
            path,
            size: entry.size,
            mode: entry.mode,
            uid: entry.uid,
            ..place(self.source.image, self.layer)
        }
    }

    fn whiteout(&mut self, name: &[u8], parents: &[&[u8]]) {
        let names = self.source.names;
        if name == OPAQUE {
            let keys = names.keys(parents.iter().copied());
            self.mark(&keys, Mark::Opaque, parents);
        } else if !name.starts_with(WHITEOUT_OF_AUFS) {
            let hidden = name
                .strip_prefix(WHITEOUT)
                .filter(|hidden| !hidden.is_empty());
            if let Some(hidden) = hidden {
                let components = [parents, &[hidden]].concat();
                let keys = names.keys(components.iter().copied());
                self.mark(&keys, Mark::Leaf, &components);
            }
        }
    }

    fn file(&mut self, tar: &mut LayerTar, draft: FileEvent, keys: &Keys) -> Result<(), TarError> {
        let event = self.reading.file(draft, tar).map_err(TarError::Io)?;
        let Some(event) = event else {
            // A later entry of the same path has other content.
            self.linkable.remove(&keys.own());
            return Ok(());
        };
        if self.linkable.len() >= LINKABLE {
            return Ok(());
        }
        let kept = event.size.min(self.reading.scanner.limits.retained as u64);
        let event = if self.linkable_bytes + kept > LINKABLE_BYTES {
            Arc::new(FileEvent {
                content: None,
                // Without the content it could not be taken any more.
                sha256: event.sha256().map(str::to_owned).into(),
                ..FileEvent::clone(&event)
            })
        } else {
            self.linkable_bytes += kept;
            event
        };
        self.linkable.insert(keys.own(), event);
        Ok(())
    }

    // A link has the content of its target, and may be visible where the target is not.
    fn hard_link(&mut self, target: &[u8], draft: FileEvent) {
        let limits = &self.reading.scanner.limits;
        let Ok(target) = components(target, limits) else {
            self.problem(&draft.path, "it is a hard link to outside of the image");
            return;
        };
        let key = self.source.names.keys(target.into_iter()).own();
        let Some(event) = self.linkable.get(&key) else {
            if !self.paths.has_leaf(key) {
                self.reading.stats.links_elsewhere += 1;
            } else if self.linkable.len() >= LINKABLE {
                self.problem(
                    &draft.path,
                    "it is a hard link to a file that is no longer known",
                );
            }
            return;
        };
        let event = FileEvent {
            path: draft.path,
            ..FileEvent::clone(event)
        };
        self.reading.batch.push(Body::File(Arc::new(event)), 0);
    }
}

fn shown(components: &[&[u8]]) -> String {
    let path = components.iter().flat_map(|component| {
        let component = component.strip_prefix(b"/").unwrap_or(component);
        ["/".into(), String::from_utf8_lossy(component)]
    });
    path.collect()
}

// Names are taken as they are below the image's root; a name that leaves it is refused.
fn components<'p>(path: &'p [u8], limits: &Limits) -> Result<Vec<&'p [u8]>, &'static str> {
    if path.len() > limits.path_length {
        return Err("its path is too long, and it was not inspected");
    }
    let parts = path.split(|byte| *byte == b'/');
    let parts: Vec<_> = parts.filter(|part| !matches!(*part, b"" | b".")).collect();
    if parts.contains(&&b".."[..]) {
        return Err("its path leaves the image, and it was not inspected");
    }
    if parts.len() > limits.path_depth {
        return Err("its path is too deep, and it was not inspected");
    }
    Ok(parts)
}

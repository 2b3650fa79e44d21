//! An image: its configuration, and its layers from the uppermost down.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

use merlon_model::{Body, ImageConfig, ImageRef, LayerRef};

use crate::batch::Batch;
use crate::digest::Digest;
use crate::document::{Config, Place};
use crate::file::Reading;
use crate::layer::{self, Layer, Source};
use crate::store::{Store, json};
use crate::turns::Turns;
use crate::{ScanError, Scanner, Stats};

// Each layer takes a connection and some MiB of memory.
const AT_ONCE: usize = 8;

/// A saved image whose manifest and configuration were read.
pub(crate) struct Image<'s> {
    store: Box<dyn Store + 's>,
    reference: Arc<ImageRef>,
    config: Arc<str>,
    layers: Vec<Layer>,
    /// What the configuration and the manifest do not agree on.
    disagreement: Option<String>,
}

/// Where a layer is stored.
pub(crate) struct Stored {
    pub(crate) name: String,
    /// Of the stored form.
    pub(crate) digest: Option<Digest>,
    /// Bytes of the stored form.
    pub(crate) size: Option<u64>,
    pub(crate) place: Place,
}

impl<'s> Image<'s> {
    pub(crate) fn new(
        scanner: &Scanner<'_>,
        store: Box<dyn Store + 's>,
        reference: ImageRef,
        config: &[u8],
        stored: Vec<Stored>,
    ) -> Result<Self, ScanError> {
        let (count, limit) = (stored.len(), scanner.limits.layers);
        if count > limit {
            return Err(ScanError::Layers { count, limit });
        }
        let parsed: Config = json("configuration", &reference.reference, config)?;
        let diff_ids = parsed.diff_ids();
        let disagreement = (diff_ids.len() != count).then(|| {
            let named = diff_ids.len();
            format!("its configuration names {named} layers and its manifest {count}")
        });
        let steps = parsed.steps(count);
        let layers = stored.into_iter().zip(steps).zip(0..);
        let layers = layers.map(|((stored, created_by), index)| {
            // Without agreement nothing says which diff_id belongs to which layer.
            let diff_id = diff_ids
                .get(index as usize)
                .filter(|_| disagreement.is_none());
            named(stored, index, diff_id, created_by)
        });
        Ok(Self {
            layers: layers.collect(),
            store,
            reference: Arc::new(reference),
            config: String::from_utf8_lossy(config).into(),
            disagreement,
        })
    }

    /// Reads the whole image.
    pub(crate) fn scan(&self, scanner: &Scanner<'_>, seq: &AtomicU64) -> Stats {
        scanner.progress.expect(self.size());
        let mut reading = Reading::new(scanner, Batch::new(scanner.judge, seq));
        self.configuration(&mut reading);
        let limits = &scanner.limits;
        let turns = Turns::new(self.layers.len(), limits.paths, limits.waiting);
        let next = AtomicUsize::new(0);
        let readers = scanner.jobs.clamp(1, AT_ONCE).min(self.layers.len());
        let read = std::thread::scope(|scope| {
            let layers = || self.read_layers(scanner, (&turns, &next), seq);
            let readers: Vec<_> = (0..readers).map(|_| scope.spawn(layers)).collect();
            let ended = readers.into_iter().map(ScopedJoinHandle::join);
            ended.collect::<Vec<_>>()
        });
        let name = &self.reference.reference;
        for counts in read {
            match counts {
                Ok(counts) => reading.stats.merge(counts),
                Err(_) => reading.stats.problem(
                    "image",
                    name,
                    "a thread that read layers failed; its layer was not inspected",
                ),
            }
        }
        reading.batch.salvage(&turns);
        if turns.is_full() {
            let reason = "it has more paths than are remembered; some files are reported as \
                          visible that are not";
            reading.stats.problem("image", name, reason);
        }
        reading.finish()
    }

    fn size(&self) -> u64 {
        let sizes = self.layers.iter().filter_map(|layer| {
            let stored = &layer.stored;
            stored.size.or_else(|| self.store.size(&stored.name))
        });
        sizes.fold(0, u64::saturating_add)
    }

    fn configuration(&self, reading: &mut Reading<'_>) {
        let config = Body::ImageConfig(Arc::new(ImageConfig {
            image: Arc::clone(&self.reference),
            json: Arc::clone(&self.config),
        }));
        reading.batch.push(config, self.config.len());
        // Before any layer, of which other threads tell.
        reading.batch.flush();
        if let Some(reason) = &self.disagreement {
            let name = &self.reference.reference;
            reading.stats.problem("image", name, reason);
        }
    }

    /// Reads layers, from the uppermost down, until none is left.
    fn read_layers(
        &self,
        scanner: &Scanner<'_>,
        (turns, next): (&Turns, &AtomicUsize),
        seq: &AtomicU64,
    ) -> Stats {
        let mut reading = Reading::new(scanner, Batch::new(scanner.judge, seq));
        let source = Source {
            store: &*self.store,
            image: &self.reference,
            names: &turns.names,
        };
        loop {
            let position = next.fetch_add(1, Ordering::Relaxed);
            let Some(layer) = self.layers.iter().rev().nth(position) else {
                return reading.finish();
            };
            scanner.progress.name(&layer.reference.digest);
            reading.batch.enter(turns, position, layer.index);
            let paths = layer::read(&mut reading, &source, layer);
            reading.batch.leave(paths);
        }
    }
}

fn named(
    stored: Stored,
    index: u16,
    diff_id: Option<&String>,
    created_by: Option<String>,
) -> Layer {
    let digest = stored.digest.map(|digest| digest.to_string());
    // Where only the tar is named, it is stored as it is.
    let digest = digest.or_else(|| diff_id.cloned()).unwrap_or_default();
    Layer {
        index,
        reference: Arc::new(LayerRef {
            index: index.into(),
            digest,
            diff_id: diff_id.cloned().unwrap_or_default(),
            created_by,
        }),
        stored,
    }
}

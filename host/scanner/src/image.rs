//! An image: its configuration, and its layers from the uppermost down.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

use merlon_model::{Body, ImageConfig, ImageRef, LayerRef};

use crate::batch::Batch;
use crate::config_texts;
use crate::digest::Digest;
use crate::document::{Config, Place};
use crate::file::Reading;
use crate::layer::{self, Layer, Source};
use crate::memory::Ledger;
use crate::shadow::Paths;
use crate::store::{Store, json};
use crate::turns::Turns;
use crate::{Demand, ScanError, Scanner, Stats};

// Each layer takes a connection and some MiB of memory.
const AT_ONCE: usize = 8;

/// An image whose manifest and configuration were read.
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

/// What an image is made of.
pub(crate) struct Parts<'s> {
    pub(crate) store: Box<dyn Store + 's>,
    pub(crate) reference: ImageRef,
    pub(crate) config: Vec<u8>,
    /// The lowest first.
    pub(crate) layers: Vec<Stored>,
    /// How many of them are those of the image that this one was built on, where that is known.
    pub(crate) base: Option<usize>,
}

impl Stored {
    /// The digest by which the layer is known.
    fn named(&self, diff_id: Option<&String>) -> String {
        let digest = self.digest.map(|digest| digest.to_string());
        // Where only the tar is named, it is stored as it is.
        digest.or_else(|| diff_id.cloned()).unwrap_or_default()
    }
}

impl<'s> Image<'s> {
    pub(crate) fn new(scanner: &Scanner<'_>, parts: Parts<'s>) -> Result<Self, ScanError> {
        let Parts {
            store,
            reference,
            config,
            layers,
            base,
        } = parts;
        let (count, limit) = (layers.len(), scanner.limits.layers);
        if count > limit {
            return Err(ScanError::Layers { count, limit });
        }
        let parsed: Config = json("configuration", &reference.reference, &config)?;
        let diff_ids = parsed.diff_ids();
        let disagreement = (diff_ids.len() != count).then(|| {
            let named = diff_ids.len();
            format!("its configuration names {named} layers and its manifest {count}")
        });
        let steps = parsed.steps(count);
        let layers = layers.into_iter().zip(steps).zip(0..);
        let layers = layers.map(|((stored, created_by), index)| {
            // Without agreement nothing says which diff_id belongs to which layer.
            let diff_id = diff_ids
                .get(usize::from(index))
                .filter(|_| disagreement.is_none());
            let reference = LayerRef {
                index: u32::from(index),
                digest: stored.named(diff_id),
                diff_id: diff_id.cloned().unwrap_or_default(),
                created_by,
                base: base.map(|layers| usize::from(index) < layers),
            };
            Layer {
                index,
                reference: Arc::new(reference),
                stored,
            }
        });
        Ok(Self {
            layers: layers.collect(),
            store,
            reference: Arc::new(reference),
            config: String::from_utf8_lossy(&config).into(),
            disagreement,
        })
    }

    /// Reads the whole image.
    pub(crate) fn scan(&self, scanner: &Scanner<'_>, seq: &AtomicU64) -> Stats {
        scanner.progress.expect(self.size());
        // Before any layer, of which other threads tell.
        let mut stats = self.configuration(scanner, seq);
        let limits = &scanner.limits;
        let turns = Turns::new(self.layers.len(), limits.paths, limits.waiting);
        let ledger = Ledger::new(scanner, self.layers.len());
        let next = AtomicUsize::new(0);
        let readers = scanner.jobs.clamp(1, AT_ONCE).min(self.layers.len());
        let read = std::thread::scope(|scope| {
            let layers = || self.read_layers(scanner, (&turns, &ledger, &next), seq);
            let readers: Vec<_> = (0..readers).map(|_| scope.spawn(layers)).collect();
            let ended = readers.into_iter().map(ScopedJoinHandle::join);
            ended.collect::<Vec<_>>()
        });
        let name = &self.reference.reference;
        // What the layers of a thread that failed came to is not known.
        if read.iter().all(Result::is_ok) {
            ledger.close(&self.layers);
        }
        for counts in read {
            match counts {
                Ok(counts) => stats.merge(counts),
                Err(_) => stats.problem(
                    "image",
                    name,
                    "a thread that read layers failed; its layer was not inspected",
                ),
            }
        }
        let mut rest = Batch::new(scanner.judge, seq);
        rest.salvage(&turns);
        stats.events += rest.flush();
        if turns.is_full() {
            let reason = "it has more paths than are remembered; some files are reported as \
                          visible that are not";
            stats.problem("image", name, reason);
        }
        stats
    }

    fn size(&self) -> u64 {
        let sizes = self.layers.iter().filter_map(|layer| {
            let stored = &layer.stored;
            stored.size.or_else(|| self.store.size(&stored.name))
        });
        sizes.fold(0, u64::saturating_add)
    }

    /// Judges the configuration as a whole, and those of its texts that have hits.
    fn configuration(&self, scanner: &Scanner<'_>, seq: &AtomicU64) -> Stats {
        let scanner = Scanner {
            demand: Demand::OnlyHits,
            limits: scanner.limits.clone(),
            platform: scanner.platform.clone(),
            ..*scanner
        };
        let mut reading = Reading::new(&scanner, Batch::new(scanner.judge, seq));
        let config = Body::ImageConfig(Arc::new(ImageConfig {
            image: Arc::clone(&self.reference),
            json: Arc::clone(&self.config),
        }));
        reading.batch.push(config, self.config.len());
        config_texts::read(&mut reading, &self.reference, &self.config);
        if let Some(reason) = &self.disagreement {
            let name = &self.reference.reference;
            reading.stats.problem("image", name, reason);
        }
        // The texts are no files of the image.
        Stats {
            files: 0,
            bytes: 0,
            ..reading.finish()
        }
    }

    /// Reads layers, from the uppermost down, until none is left.
    fn read_layers(
        &self,
        scanner: &Scanner<'_>,
        (turns, ledger, next): (&Turns, &Ledger<'_>, &AtomicUsize),
        seq: &AtomicU64,
    ) -> Stats {
        let mut reading = Reading::new(scanner, Batch::new(scanner.judge, seq));
        let source = Source {
            store: &*self.store,
            image: &self.reference,
            names: &turns.names,
            spent: Arc::clone(&turns.spent),
        };
        loop {
            let position = next.fetch_add(1, Ordering::Relaxed);
            let Some(layer) = self.layers.iter().rev().nth(position) else {
                return reading.finish();
            };
            scanner.progress.name(&layer.reference.digest);
            reading.batch.enter((turns, ledger), position, layer.index);
            let paths = match ledger.recall(layer) {
                Some(known) => {
                    scanner.progress.advance(layer.stored.size.unwrap_or(0));
                    layer::recall(&mut reading, &source, layer, known)
                }
                None => self.read_layer(&mut reading, &source, layer, ledger),
            };
            reading.batch.leave(paths);
        }
    }

    // A layer is worth remembering when nothing of it was left out.
    fn read_layer(
        &self,
        reading: &mut Reading<'_>,
        source: &Source<'_>,
        layer: &Layer,
        ledger: &Ledger<'_>,
    ) -> Paths {
        let before = std::mem::take(&mut reading.stats);
        let (paths, listing) = layer::read(reading, source, layer);
        let own = std::mem::replace(&mut reading.stats, before);
        if !own.is_partial() && !paths.is_full() {
            ledger.read(layer.index, own.clone(), listing);
        }
        reading.stats.merge(own);
        paths
    }
}

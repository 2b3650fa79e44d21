//! An image: its configuration, and its layers from the uppermost down.

use std::sync::Arc;

use merlon_model::{Body, ImageConfig, ImageRef, LayerRef};

use crate::digest::Digest;
use crate::document::{Config, Place};
use crate::file::Reading;
use crate::layer::{Layer, scan};
use crate::shadow::Shadow;
use crate::store::{Store, json};
use crate::{ScanError, Scanner};

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
            layer(stored, index, diff_id, created_by)
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
    pub(crate) fn scan(&self, reading: &mut Reading<'_>) -> Result<(), ScanError> {
        let sizes = self.layers.iter().filter_map(|layer| {
            layer
                .stored
                .size
                .or_else(|| self.store.size(&layer.stored.name))
        });
        let progress = reading.scanner.progress;
        progress.expect(sizes.fold(0, u64::saturating_add));
        let config = Body::ImageConfig(Arc::new(ImageConfig {
            image: Arc::clone(&self.reference),
            json: Arc::clone(&self.config),
        }));
        reading.batch.push(config, self.config.len());
        let name = &self.reference.reference;
        if let Some(reason) = &self.disagreement {
            reading.stats.problem("image", name, reason);
        }
        let mut shadow = Shadow::new(reading.scanner.limits.paths);
        for layer in self.layers.iter().rev() {
            progress.name(&layer.reference.digest);
            scan(reading, &*self.store, &self.reference, layer, &mut shadow);
        }
        if shadow.is_full() {
            let reason = "it has more paths than are remembered; some files are reported as \
                          visible that are not";
            reading.stats.problem("image", name, reason);
        }
        Ok(())
    }
}

fn layer(
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
